"""What a change of the document touched, so that a listener can ignore what is not its concern."""

from __future__ import annotations

from enum import Flag, auto


class Change(Flag):
    """Parts of a document. RECIPE is words and parameters; MASK and SELECTION are areas, PIXELS is colour."""

    RECIPE = auto()
    MODEL = auto()
    PIXELS = auto()
    MASK = auto()
    SELECTION = auto()
    LAYERS = auto()
    SIZE = auto()
    GUIDES = auto()


NOTHING = Change(0)
EVERYTHING = ~NOTHING
