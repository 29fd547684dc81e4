# ruff: noqa: INP001 - a script, not a package
"""Runs a command with the test profile and made-up secrets, for tools that load Django's settings and keep nothing."""

import os
import secrets
import subprocess
import sys
import tempfile

HEX_32 = 32
SIGNATURE_BYTES = 64


def environment(data: str) -> dict[str, str]:
    """What the test profile needs to start; nothing in it outlives the command."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CRYSTALCALL_")}
    return kept | {
        "DJANGO_SETTINGS_MODULE": "crystalcall.config.django_settings",
        "CRYSTALCALL_PROFILE": "test",
        "CRYSTALCALL_DATA": data,
        "CRYSTALCALL_SECRET_KEY": secrets.token_hex(HEX_32),
        "CRYSTALCALL_SEALING_KEY": secrets.token_hex(HEX_32),
        "CRYSTALCALL_LOOKUP_KEY": secrets.token_hex(HEX_32),
        "CRYSTALCALL_REGISTER_SIGNING_KEY": secrets.token_hex(HEX_32),
        # Thousands of passwords are checked in tests: one pass through a little memory each.
        "CRYSTALCALL_PASSWORD_MEMORY_KIB": "64",
        "CRYSTALCALL_PASSWORD_PASSES": "1",
        "CRYSTALCALL_GATEWAY_LOGIN_ID": f"test-{secrets.token_hex(4)}",
        "CRYSTALCALL_GATEWAY_TRANSACTION_KEY": secrets.token_hex(8),
        "CRYSTALCALL_GATEWAY_SIGNATURE_KEY": secrets.token_hex(SIGNATURE_BYTES),
    }


def main(arguments: list[str]) -> int:
    """Run what stands after `--`; the command's own exit code is the answer."""
    if not arguments or arguments[0] != "--" or not arguments[1:]:
        sys.stderr.write("Use: with_secrets.py -- COMMAND …\n")
        return 2
    with tempfile.TemporaryDirectory(prefix="crystalcall-") as data:
        return subprocess.run(arguments[1:], env=environment(data), check=False).returncode  # noqa: S603 - the caller's own command


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
