"""Guides: lines across the canvas that things are laid along. Part of the document, and of its undo stack."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, cast

from PySide6.QtCore import QPointF
from PySide6.QtGui import QTransform

from studio.document.change import Change
from studio.document.edits import FieldsEdit

if TYPE_CHECKING:
    from studio.document.document import Document


class Guide(NamedTuple):
    """at: where it lies, in pixels from the left (upright) or from the top."""

    upright: bool
    at: int


def put_guides(document: Document, guides: tuple[Guide, ...], text: str) -> None:
    """Other guides, as one step of undo."""
    if guides != document.guides:
        before, after = {"guides": document.guides}, {"guides": guides}
        document.push(FieldsEdit(document, text, Change.GUIDES, document, before=before, after=after, merges=False))


def add_guide(document: Document, guide: Guide) -> None:
    put_guides(document, (*document.guides, guide), "Add guide")


def move_guide(document: Document, guide: Guide, at: int | None) -> None:
    """at: where to; None takes it away."""
    others = tuple(other for other in document.guides if other != guide)
    moved = others if at is None else (*others, guide._replace(at=at))
    put_guides(document, moved, "Remove guide" if at is None else "Move guide")


def transformed(guides: tuple[Guide, ...], transform: QTransform) -> tuple[Guide, ...]:
    """Where guides lie when the canvas is turned, flipped, moved or scaled."""
    return tuple(_moved(guide, transform) for guide in guides)


def _moved(guide: Guide, transform: QTransform) -> Guide:
    start = QPointF(guide.at, 0) if guide.upright else QPointF(0, guide.at)
    along = QPointF(0, 1000) if guide.upright else QPointF(1000, 0)
    first, second = transform.map(start), transform.map(start + along)
    upright = abs(second.x() - first.x()) < abs(second.y() - first.y())
    return Guide(upright, round(first.x() if upright else first.y()))


def guides_of(value: object) -> tuple[Guide, ...]:
    """Guides as a file has them: a list of pairs; what makes no sense is left out."""
    found: list[Guide] = []
    for entry in cast("list[object]", value) if isinstance(value, list) else []:
        match entry:
            case [bool(upright), int(at)]:
                found.append(Guide(upright, at))
            case _:
                pass
    return tuple(found)
