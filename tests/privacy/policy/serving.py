"""A process of the shop that runs beside the test: reads addresses, answers each with its page as one line of JSON.

`forget` stands for the seconds that pass before a process asks again what was announced.
"""

import json
import sys

from crystalcall.plumbing.starting import start

start(serving=True)

from django.test import Client  # noqa: E402 - Django must have started

from crystalcall.privacy.policy.queries import forget_remembered  # noqa: E402 - the same

for line in sys.stdin:
    if line.strip() == "forget":
        forget_remembered()
        sys.stdout.write("{}\n")
        sys.stdout.flush()
        continue
    response = Client(SERVER_NAME="127.0.0.1").get(line.strip())
    sys.stdout.write(json.dumps({"status": response.status_code, "text": response.content.decode()}) + "\n")
    sys.stdout.flush()
