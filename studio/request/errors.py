"""Trouble that a person can do something about.

Every room raises these for what may go wrong in ordinary use; anything else is a defect of ours.
"""

from __future__ import annotations


class Trouble(Exception):
    """One clear sentence on what happened to what, and what to do about it.

    message: a full sentence ("The picture cat.png is damaged: it ends in the middle.").
    remedy: what the person can do, a full sentence, or "".
    details: for the log only.
    """

    def __init__(self, message: str, remedy: str = "", details: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.details = details

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()

    def __reduce__(self) -> tuple[type[Trouble], tuple[str, str, str]]:
        return type(self), (self.message, self.remedy, self.details)


class BadInput(Trouble, ValueError):
    """What was asked cannot be done as asked (exit code 2 on the command line)."""


class CancelledError(BaseException):
    """The job is no longer wanted. Raised by `report()`; pipelines let it pass.

    A BaseException so that no `except Exception` on the way can swallow it.
    """
