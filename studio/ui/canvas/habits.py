"""What the hand was used to, kept from one start to the next: brushes, colours, rulers, snapping."""

from __future__ import annotations

import json
import re
from typing import Any, cast

from studio.document.brushes import brush_of, entry_of
from studio.ui.canvas.canvas import Canvas
from studio.ui.canvas.frame import CanvasFrame
from studio.ui.canvas.kit import ERASE, MASK, MOST_RECENT, PAINT
from studio.ui.preferences import Preferences

PLACE = "hand"
COLOUR = re.compile("#[0-9a-f]{6}")
SWITCHES = ("contiguous", "merged", "smooth_edges", "sharp")


def keep_habits(preferences: Preferences, canvas: Canvas, frame: CanvasFrame) -> None:
    kit = canvas.kit
    preferences.remember(
        PLACE,
        json.dumps(
            {
                "brushes": {what: entry_of(kit.brush(what)) for what in (PAINT, ERASE, MASK)},
                "colours": [kit.foreground, kit.background],
                "recent": list(kit.recent),
                "palette": list(kit.palette),
                "tolerance": kit.tolerance,
                "switches": {name: getattr(kit, name) for name in SWITCHES},
                "rulers": frame.rulers_shown,
                "snapping": canvas.snapping.on,
            }
        ),
    )


def restore_habits(preferences: Preferences, canvas: Canvas, frame: CanvasFrame) -> None:
    """What is missing or makes no sense stays as it is by default."""
    try:
        found: Any = json.loads(preferences.recall(PLACE, "{}"))
    except ValueError:
        return
    kept = _map(found)
    kit = canvas.kit
    brushes = _map(kept.get("brushes"))
    for what in (PAINT, ERASE, MASK):
        brush = brush_of(brushes.get(what))
        if brush is not None:
            kit.set_brush(brush, what)
    kit.recent = _colours(kept.get("recent"))[:MOST_RECENT]
    kit.palette = _colours(kept.get("palette"))[:MOST_RECENT]
    colours = _colours(kept.get("colours"))
    if len(colours) == 2:
        kit.foreground, kit.background = colours
    if isinstance(kept.get("tolerance"), int):
        kit.tolerance = min(255, max(0, kept["tolerance"]))
    for name, on in _map(kept.get("switches")).items():
        if name in SWITCHES and isinstance(on, bool):
            setattr(kit, name, on)
    kit.changed.emit()
    frame.show_rulers(kept.get("rulers") is True)
    canvas.snapping.on = kept.get("snapping") is not False


def _map(value: object) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _colours(value: object) -> tuple[str, ...]:
    listed = cast("list[object]", value) if isinstance(value, list) else []
    return tuple(colour for colour in listed if isinstance(colour, str) and COLOUR.fullmatch(colour))
