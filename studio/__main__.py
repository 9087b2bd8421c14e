"""Starts the program: `python -m studio` opens the window, `python -m studio COMMAND` works without one."""

from __future__ import annotations

import sys


def main(arguments: list[str] | None = None) -> int:
    """Runs the program and gives its exit code: 0 success, 1 failure, 2 bad input."""
    given = sys.argv[1:] if arguments is None else arguments
    if given[:1] == ["worker"]:  # our own child process: nothing of the window or of argparse is loaded
        from studio.cli_worker import run_worker

        return run_worker(given[1:])
    from studio.cli import run

    return run(given)


if __name__ == "__main__":
    sys.exit(main())
