"""Values out of other people's text and JSON: of the right type, or nothing."""

from __future__ import annotations

import json
import math
from typing import Any, cast

LARGEST = 2**64  # seeds beyond this are noise


def whole(value: Any) -> int | None:
    """A whole number from 0 on, given as a number or as text."""
    try:
        number = int(value) if not isinstance(value, str) else int(value.strip())
    except (TypeError, ValueError, OverflowError):
        return None
    return number if 0 <= number < LARGEST and not isinstance(value, bool) else None


def real(value: Any) -> float | None:
    """A finite number, given as a number or as text."""
    if isinstance(value, bool):
        return None
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def text(value: Any) -> str | None:
    """Text; a list of texts is joined by commas."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        parts = [part for part in cast("list[Any]", value) if isinstance(part, str)]
        return ", ".join(parts) if parts else None
    return None


def words(value: Any) -> str:
    """Anything as one line of text for a list of facts."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def parse_object(source: str | None) -> dict[str, Any]:
    """A JSON object out of text; {} when it is none. Python's NaN and Infinity are let through as others write them."""
    if not source or not source.lstrip().startswith("{"):
        return {}
    try:
        value = json.loads(source)
    except (ValueError, RecursionError):
        return {}
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def objects(value: Any) -> list[dict[str, Any]]:
    """The JSON objects of a list."""
    if not isinstance(value, list):
        return []
    return [cast("dict[str, Any]", item) for item in cast("list[Any]", value) if isinstance(item, dict)]


def mapping(value: Any) -> dict[str, Any]:
    """The value if it is a JSON object, else an empty one."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def stem(value: Any) -> str | None:
    """A model's name out of a path of any system: no folder, no .safetensors."""
    name = text(value)
    if not name:
        return None
    name = name.replace("\\", "/").rsplit("/", 1)[-1]
    for suffix in (".safetensors", ".ckpt", ".gguf", ".sft", ".pt", ".pth", ".bin"):
        name = name.removesuffix(suffix)
    return name or None
