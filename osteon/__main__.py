"""`python -m osteon`: the same as the `osteon` command."""

from osteon.cli import main

main(prog_name="osteon")
