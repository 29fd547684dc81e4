"""Django's own management commands, for builders: `python -m crystalcall.config.manage makemigrations`."""

import os
import sys

from django.core.management import execute_from_command_line


def main() -> None:
    """Run one of Django's commands with the project's settings."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crystalcall.config.django_settings")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
