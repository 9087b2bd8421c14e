"""What the one button will do, in words, from what is selected and how strongly it may change."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from studio.request.geometry import Rect, Size


class Mode(Enum):
    """A way to edit. The value is (title, icon, what happens in plain words)."""

    GENERATE = ("Generate", "sparkles", "Makes a new picture from the prompt.")
    REFINE = ("Refine", "wand", "Works over the picture, keeping its composition.")
    FILL = ("Fill", "paintbrush", "Makes the selected part anew so that it fits its surroundings.")
    EXPAND = ("Expand", "expand", "Continues the picture into the selected border.")
    ADD = ("Add", "plus", "Puts what the prompt says into the selection.")
    REMOVE = ("Remove", "eraser", "Takes what is selected away and continues the background.")
    REPLACE_BACKGROUND = ("Replace background", "mountain", "Keeps what is selected and makes all else anew.")
    VARIATIONS = ("Variations", "shuffle", "Makes pictures like this one.")
    REFINE_REGION = ("Refine region", "scan", "Works over the active region with its own prompt.")
    CUSTOM = ("Custom", "sliders", "Fill, context and seams as you set them.")

    @property
    def title(self) -> str:
        return self.value[0]

    @property
    def icon(self) -> str:
        return self.value[1]

    @property
    def help(self) -> str:
        return self.value[2]


@dataclass(frozen=True, kw_only=True)
class Situation:
    """What is known when the button is drawn; cheap to make and to compare.

    selection: bounds of what is to be made anew, clipped to the canvas, or None when nothing is selected.
    strength: 0..1.
    """

    canvas: Size
    has_picture: bool
    selection: Rect | None = None
    strength: float = 1.0
    region: bool = False

    @property
    def whole(self) -> bool:
        """Nothing to keep: no selection, or one that covers everything."""
        return self.selection is None or self.selection.contains(Rect.of(self.canvas))


def possible(situation: Situation) -> tuple[Mode, ...]:
    """All modes that make sense here, the one that the button takes by itself first."""
    if not situation.has_picture:
        return (Mode.GENERATE,)
    if situation.whole:
        whole = (Mode.GENERATE, Mode.VARIATIONS) if situation.strength >= 1 else (Mode.REFINE, Mode.VARIATIONS)
        return (Mode.REFINE_REGION, *whole) if situation.region else whole
    if situation.strength < 1:
        return (Mode.REFINE_REGION, Mode.REFINE) if situation.region else (Mode.REFINE, Mode.CUSTOM)
    first, second = (Mode.EXPAND, Mode.FILL) if _is_border(situation) else (Mode.FILL, Mode.EXPAND)
    others = (Mode.ADD, Mode.REMOVE, Mode.REPLACE_BACKGROUND, Mode.CUSTOM)
    return (first, *others) if second is Mode.EXPAND else (first, second, *others)


def _is_border(situation: Situation) -> bool:
    """The selection reaches across the whole width or height at an edge of the canvas."""
    area, canvas = situation.selection, situation.canvas
    if area is None:
        return False
    across = area.x <= 0 and area.right >= canvas.width and (area.y <= 0 or area.bottom >= canvas.height)
    down = area.y <= 0 and area.bottom >= canvas.height and (area.x <= 0 or area.right >= canvas.width)
    return across or down


def sentence(situation: Situation, mode: Mode, prompt: str) -> str:
    """What will happen, for the button's tooltip and for screen readers."""
    if prompt.strip():
        return mode.help
    match mode:
        case Mode.GENERATE:
            return "Makes a picture of whatever the model likes: there is no prompt."
        case Mode.FILL | Mode.EXPAND | Mode.CUSTOM:
            return "Makes what belongs here: there is no prompt."
        case _:
            return mode.help
