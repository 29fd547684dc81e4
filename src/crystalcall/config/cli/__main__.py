"""`python -m crystalcall.config.cli` is the same as the script `crystalcall`."""

from crystalcall.config.cli import main

main()
