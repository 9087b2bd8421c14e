"""Brush presets in files: those that come with the studio, and the artist's own."""

from __future__ import annotations

import json
import logging
import os
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any, cast

from PySide6.QtCore import QPointF
from PySide6.QtGui import QImage

from studio.document.blend import Blend
from studio.document.brush import Brush, Stamps
from studio.document.layers import PaintLayer
from studio.document.stroke import Ink, Stroke
from studio.request.errors import Trouble
from studio.request.geometry import Rect, Size

log = logging.getLogger(__name__)

_NUMBERS = {
    "size": (1.0, 2000.0),
    "hardness": (0.0, 1.0),
    "opacity": (0.0, 1.0),
    "flow": (0.0, 1.0),
    "spacing": (0.01, 10.0),
    "smoothing": (0.0, 1.0),
}
_SWITCHES = ("pressure_size", "pressure_opacity", "pressure_flow")


def load_brushes(path: Path) -> tuple[Brush, ...]:
    """The presets of a file; none if it is not there. What is damaged in it is left out and logged."""
    try:
        entries: Any = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return ()
    except (OSError, ValueError) as error:
        log.warning("the brushes of %s cannot be read: %s", path, error)
        return ()
    found = [brush_of(entry) for entry in cast("list[Any]", entries)] if isinstance(entries, list) else []
    return tuple(brush for brush in found if brush is not None)


def save_brushes(path: Path, brushes: Iterable[Brush]) -> None:
    """Writes presets, all or nothing. Raises Trouble if it cannot."""
    text = json.dumps([entry_of(brush) for brush in brushes], indent=2)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False, encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(file.name, path)
    except OSError as error:
        raise Trouble(f"The brushes could not be written to {path}.", "Free some space there.", str(error)) from error


def entry_of(brush: Brush) -> dict[str, Any]:
    """A brush as JSON."""
    return {**asdict(brush), "blend": brush.blend.value}


def brush_of(entry: Any) -> Brush | None:
    """A brush as `entry_of` made it; what is damaged in it takes its default. None: it is no brush at all."""
    if not isinstance(entry, dict):
        return None
    values = cast("dict[str, Any]", entry)
    chosen: dict[str, Any] = {}
    for name, (low, high) in _NUMBERS.items():
        value = values.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool) and value == value:
            chosen[name] = min(high, max(low, float(value)))
    chosen.update({name: values[name] for name in _SWITCHES if isinstance(values.get(name), bool)})
    chosen.update({name: values[name] for name in ("name", "icon") if isinstance(values.get(name), str)})
    known = {blend.value: blend for blend in Blend}
    if values.get("blend") in known:
        chosen["blend"] = known[values["blend"]]
    return Brush(**chosen) if chosen.get("name", "").strip() else None


def differs(brush: Brush, preset: Brush) -> bool:
    """True when a brush was changed since it was taken from a preset."""
    return any(getattr(brush, field.name) != getattr(preset, field.name) for field in fields(Brush))


def swatch(brush: Brush, size: Size, colour: str, stamps: Stamps) -> QImage:
    """A stroke of a brush, as it looks, swelling and fading; large brushes are shown smaller."""
    fitting = max(1.0, min(brush.size, size.height * 0.34))
    shown = replace(brush, size=fitting, blend=Blend.NORMAL, smoothing=0.0)
    layer = PaintLayer(name="")
    stroke = Stroke(layer, shown, Ink(colour), stamps)
    for point, pressure in _wave(size, size.height * 0.25):
        stroke.add(point, pressure)
    stroke.finish()
    return layer.tiles.read(Rect.of(size))


def _wave(size: Size, margin: float) -> Sequence[tuple[QPointF, float]]:
    points: list[tuple[QPointF, float]] = []
    steps = 24
    for step in range(steps + 1):
        share = step / steps
        bend = 3 * share**2 - 2 * share**3
        y = size.height / 2 + size.height * 0.22 * (1 - 2 * bend) * (1 - abs(2 * share - 1) ** 3)
        x = margin + (size.width - 2 * margin) * share
        points.append((QPointF(x, y), max(0.08, 1 - abs(2 * share - 1) ** 1.5)))
    return points
