"""Firefox ESR by WebDriver BiDi: as much of the protocol, and of WebSocket (RFC 6455), as the walks need."""

import base64
import json
import os
import secrets
import socket
import struct
import subprocess
import time
from pathlib import Path
from typing import Any

FIREFOX = Path("/usr/bin/firefox-esr")
START_SECONDS = 60
QUIET = {
    "app.update.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "toolkit.telemetry.server": "",
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "",
    "extensions.getAddons.cache.enabled": False,
}


class Socket:
    """A WebSocket to this machine; texts only."""

    def __init__(self, port: int, path: str) -> None:
        self._connection = socket.create_connection(("127.0.0.1", port), timeout=30)
        key = base64.b64encode(secrets.token_bytes(16)).decode()
        self._connection.sendall(
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        self._stream = self._connection.makefile("rb")
        assert b" 101 " in self._stream.readline()
        while self._stream.readline().strip():
            pass

    def send(self, text: str) -> None:
        content = text.encode()
        mask = secrets.token_bytes(4)
        size = len(content)
        head = bytes([0x81, 0x80 | size]) if size < 126 else bytes([0x81, 0xFE]) + struct.pack(">H", size)
        masked = bytes(byte ^ mask[place % 4] for place, byte in enumerate(content))
        self._connection.sendall(head + mask + masked)

    def receive(self) -> str:
        content = b""
        while True:
            first, second = self._stream.read(2)
            size = second & 0x7F
            if size >= 126:
                size = struct.unpack(">H" if size == 126 else ">Q", self._stream.read(2 if size == 126 else 8))[0]
            part = self._stream.read(size)
            if first & 0x0F in {0, 1}:
                content += part
                if first & 0x80:
                    return content.decode()

    def close(self) -> None:
        self._connection.close()


class Firefox:
    """A browser with a profile of its own and one tab."""

    def __init__(self, place: Path, port: int, **preferences: Any) -> None:
        place.mkdir(parents=True)
        wanted = {name.replace("__", "."): value for name, value in preferences.items()}
        lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in {**QUIET, **wanted}.items()]
        (place / "user.js").write_text("\n".join(lines), encoding="utf-8")
        command = [
            str(FIREFOX),
            "--headless",
            "--no-remote",
            "--profile",
            str(place),
            "--remote-debugging-port",
            str(port),
        ]
        environment = {**os.environ, "MOZ_HEADLESS": "1", "HOME": str(place)}
        self._process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._socket = self._connected(port)
        self._last = 0
        self.ask("session.new", capabilities={})
        self.tab = self.ask("browsingContext.getTree")["contexts"][0]["context"]

    def _connected(self, port: int) -> Socket:
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                return Socket(port, "/session")
            except OSError:
                assert time.monotonic() < deadline, "Firefox did not start"
                time.sleep(0.3)

    def ask(self, method: str, **params: Any) -> Any:
        """One command; what happens besides is passed over."""
        self._last += 1
        self._socket.send(json.dumps({"id": self._last, "method": method, "params": params}))
        while True:
            said = json.loads(self._socket.receive())
            if said.get("id") == self._last:
                assert said["type"] == "success", said
                return said["result"]

    def go(self, url: str) -> None:
        self.ask("browsingContext.navigate", context=self.tab, url=url, wait="complete")

    def reload(self) -> None:
        self.ask("browsingContext.reload", context=self.tab, wait="complete")

    def back(self) -> None:
        self.ask("browsingContext.traverseHistory", context=self.tab, delta=-1)

    def run(self, script: str) -> Any:
        """What a script in the page comes to, as JSON."""
        expression = f"(async () => JSON.stringify(await (async () => {{ {script} }})()))()"
        target = {"context": self.tab}
        done = self.ask("script.evaluate", expression=expression, target=target, awaitPromise=True)
        assert done["type"] == "success", done
        return json.loads(done["result"].get("value", "null"))

    def wait(self, condition: str) -> None:
        """Until a condition holds in the page, whichever page that is by then."""
        deadline = time.monotonic() + 20
        while not self.run(f"return Boolean({condition});"):
            assert time.monotonic() < deadline, f"{condition}\n{self.run('return document.body.innerText;')}"
            time.sleep(0.2)

    def stop(self) -> None:
        self._socket.close()
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(10)
