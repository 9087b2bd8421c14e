"""What the person sees while the set-up works: one line a step, kept up to date on a terminal."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable
from typing import TextIO

QUIET = 20.0  # seconds between lines where lines cannot be rewritten (a file, a CI log)


class Progress:
    """Counts steps: `begin`, `detail` as often as liked, `end`."""

    def __init__(self, steps: int, out: TextIO | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._steps = steps
        self._out = out or sys.stdout
        self._clock = clock
        self._rewrites = self._out.isatty()
        self._number = 0
        self._title = ""
        self._began = self._said = 0.0
        self._wide = 0  # columns of the line being rewritten

    def begin(self, title: str) -> None:
        self._number += 1
        self._title = title
        self._began = self._said = self._clock()
        self._show(f"{self._head()} ...", last=not self._rewrites)

    def detail(self, text: str) -> None:
        """Says what the step is at; called with the same text it only keeps the seconds running."""
        now = self._clock()
        if self._rewrites:
            self._show(f"{self._head()}{': ' + text if text else ' ...'}  {now - self._began:.0f} s")
        elif text and now - self._said >= QUIET:
            self._said = now
            self._show(f"      {text}, {now - self._began:.0f} s", last=True)

    def end(self, result: str = "") -> None:
        took = f"{self._clock() - self._began:.0f} s"
        self._show(f"{self._head()}{': ' + result if result else ''}  {took}", last=True)

    def note(self, text: str) -> None:
        """A sentence on a line of its own."""
        self._show(text, last=True)

    def broken(self) -> None:
        """Leaves a half-written line before an error is printed."""
        if self._wide:
            self._show(self._head(), last=True)

    def _head(self) -> str:
        return f"[{self._number}/{self._steps}] {self._title}"

    def _show(self, text: str, last: bool = False) -> None:
        if self._rewrites:
            shown = text if last else text[: shutil.get_terminal_size().columns - 1]
            self._out.write("\r" + shown.ljust(self._wide) + ("\n" if last else ""))
            self._wide = 0 if last else len(shown)
        else:
            self._out.write(text + "\n")
        self._out.flush()
