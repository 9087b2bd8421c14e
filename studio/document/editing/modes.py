"""What the one button will do, in words, from what is selected and how strongly it may change."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from studio.request.geometry import Rect, Size


class Mode(Enum):
    """A way to edit. The value is (title, icon, what happens in plain words)."""

    GENERATE = ("Generate", "sparkles", "Makes a new picture from the prompt.")
    EDIT = ("Edit", "pencil", "Changes the picture as the prompt says.")
    REFINE = ("Refine", "wand", "Works over the picture, keeping its composition.")
    FILL = ("Fill", "paintbrush", "Makes the selected part anew so that it fits its surroundings.")
    EXPAND = ("Expand", "expand", "Continues the picture into the selected border.")
    ADD = ("Add", "plus", "Puts what the prompt says into the selection.")
    REMOVE = ("Remove", "eraser", "Takes what is selected away and continues the background.")
    REPLACE_BACKGROUND = ("Replace background", "mountain", "Keeps what is selected and makes all else anew.")
    VARIATIONS = ("Variations", "shuffle", "Makes pictures like this one.")
    REFINE_REGION = ("Refine region", "scan", "Works over the active region with its own prompt.")
    DETAIL = ("Detail each part", "scan-search", "Works over every separate part of the selection in full detail.")
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


ANEW = frozenset((Mode.GENERATE, Mode.EDIT, Mode.FILL, Mode.EXPAND, Mode.ADD, Mode.REPLACE_BACKGROUND))
"""Begin with noise alone: these are done at full strength."""


@dataclass(frozen=True, kw_only=True)
class Situation:
    """What is known when the button is drawn; cheap to make and to compare.

    selection: bounds of what is to be made anew, clipped to the canvas, or None when nothing is selected.
    covered: no pixel is left out of the selection. border: what is left out is one rectangle, as after extending.
    bare: nothing is there yet where it is selected. parts: how many separate parts the selection has. strength: 0..1.
    region: the active layer is a region that has an area on the canvas.
    instructs: the model edits by instruction: it looks at the picture, and the prompt says what is to be different.
    """

    canvas: Size
    has_picture: bool
    selection: Rect | None = None
    covered: bool = False
    border: bool = False
    bare: bool = False
    parts: int = 1
    strength: float = 1.0
    region: bool = False
    instructs: bool = False

    @property
    def whole(self) -> bool:
        """Nothing to keep: no selection, or one that covers everything."""
        return self.selection is None or self.covered


def possible(situation: Situation) -> tuple[Mode, ...]:
    """All modes that make sense here, the one that the button takes by itself first."""
    if not situation.has_picture:
        return (Mode.GENERATE,)
    modes = _of_whole(situation) if situation.whole else _of_selection(situation)
    if situation.instructs and not situation.bare:
        modes = (modes[0], Mode.EDIT, *modes[1:]) if situation.strength < 1 else (Mode.EDIT, *modes)
    return (Mode.REFINE_REGION, *modes) if situation.region else modes


def _of_whole(situation: Situation) -> tuple[Mode, ...]:
    first, second = Mode.GENERATE, Mode.REFINE
    if situation.strength < 1:
        first, second = second, first
    return (first, second, Mode.VARIATIONS, Mode.EXPAND)


def _of_selection(situation: Situation) -> tuple[Mode, ...]:
    first, second = (Mode.EXPAND, Mode.FILL) if situation.border else (Mode.FILL, Mode.EXPAND)
    at_edge = (first, second) if situation.border or _touches_edge(situation) else (first,)
    anew = (*at_edge, Mode.ADD, Mode.REMOVE, Mode.REPLACE_BACKGROUND)
    if situation.bare:
        return (*anew, Mode.CUSTOM)
    over = (Mode.REFINE, Mode.DETAIL) if situation.parts > 1 else (Mode.REFINE,)
    return (*over, *anew, Mode.CUSTOM) if situation.strength < 1 else (*anew, *over, Mode.CUSTOM)


def _touches_edge(situation: Situation) -> bool:
    area, canvas = situation.selection, situation.canvas
    return area is not None and (
        area.x <= 0 or area.y <= 0 or area.right >= canvas.width or area.bottom >= canvas.height
    )


def sentence(situation: Situation, mode: Mode, prompt: str) -> str:
    """What will happen, for the button's tooltip and for screen readers."""
    if prompt.strip():
        return mode.help
    match mode:
        case Mode.GENERATE:
            return "Makes a picture of whatever the model likes: there is no prompt."
        case Mode.EDIT:
            return "Changes the picture as the prompt says, which is still empty."
        case Mode.FILL | Mode.EXPAND | Mode.CUSTOM:
            return "Makes what belongs here: there is no prompt."
        case _:
            return mode.help
