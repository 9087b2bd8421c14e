"""Why the set-up stops, in words for the person who started it."""

from __future__ import annotations


class Stop(Exception):
    """Ends the set-up. `str()` is one clear sentence; `remedy` says what helps, or is empty."""

    def __init__(self, message: str, remedy: str = "", code: int = 1) -> None:
        super().__init__(message)
        self.remedy = remedy
        self.code = code

    def text(self) -> str:
        """Message and remedy as one paragraph."""
        return f"{self} {self.remedy}".strip()
