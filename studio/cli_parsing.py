"""What the modules of the command line share."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any, TypeAlias

from studio.request.errors import BadInput

# argparse returns this type from add_subparsers() and gives it no public name; at run time it takes no parameter
Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # pyright: ignore[reportPrivateUsage]


def whole(text: str | None, option: str, otherwise: int) -> int:
    """A whole number that was typed. Raises BadInput."""
    return _number(text, option, otherwise, int, "a whole number")


def real(text: str | None, option: str, otherwise: float) -> float:
    """A number that was typed. Raises BadInput."""
    return _number(text, option, otherwise, float, "a number")


def _number(text: str | None, option: str, otherwise: Any, kind: Callable[[str], Any], called: str) -> Any:
    if text is None:
        return otherwise
    try:
        return kind(text)
    except ValueError:
        raise BadInput(f"{option} {text!r} is not {called}.") from None
