"""The keys of the gallery, as a table. Letters reach it only when no field wants them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

if TYPE_CHECKING:
    from studio.ui.gallery.gallery_view import GalleryView

Deed = Callable[["GalleryView"], object]
_Key, _Mod = Qt.Key, Qt.KeyboardModifier


def _favour(view: GalleryView) -> None:
    items = view.selected
    view.acts.favour(items, not all(item.favourite for item in items))


def _throw_away(view: GalleryView) -> None:
    items = view.selected
    if items and not view.places.in_trash:
        view.acts.throw_away(items)


def _rename(view: GalleryView) -> None:
    if view.current is not None:
        view.asking.rename(view.current)


def _tag(view: GalleryView) -> None:
    if view.selected:
        view.asking.tag(view.selected)


def _export(view: GalleryView) -> None:
    if view.selected:
        view.asking.export(view.selected)


def _search(view: GalleryView) -> None:
    view.search.setFocus()
    view.search.selectAll()


def _rate(stars: int) -> Deed:
    return lambda view: view.acts.rate(view.selected, stars)


_PLAIN: dict[int, Deed] = {
    _Key.Key_Return: lambda view: view.open_viewer(),
    _Key.Key_Enter: lambda view: view.open_viewer(),
    _Key.Key_Space: lambda view: view.open_viewer(),
    _Key.Key_Delete: _throw_away,
    _Key.Key_Backspace: _throw_away,
    _Key.Key_F: _favour,
    _Key.Key_T: _tag,
    _Key.Key_C: lambda view: view.compare(),
    _Key.Key_I: lambda view: view.toggle_info(),
    _Key.Key_F2: _rename,
    _Key.Key_Slash: _search,
    _Key.Key_Escape: lambda view: view.leave_similar(),
    **{_Key.Key_0 + stars: _rate(stars) for stars in range(6)},
}
_CONTROL: dict[int, Deed] = {
    _Key.Key_C: lambda view: view.copy_picture(),
    _Key.Key_Z: lambda view: view.acts.undo(),
    _Key.Key_E: _export,
    _Key.Key_F: _search,
    _Key.Key_Plus: lambda view: view.set_cell(round(view.grid.cell * 1.15)),
    _Key.Key_Equal: lambda view: view.set_cell(round(view.grid.cell * 1.15)),
    _Key.Key_Minus: lambda view: view.set_cell(round(view.grid.cell / 1.15)),
}


def deed_of(view: GalleryView, event: QKeyEvent) -> Callable[[], object] | None:
    """What a key does here, or None."""
    modifiers = event.modifiers() & ~_Mod.KeypadModifier
    table = {_Mod.NoModifier: _PLAIN, _Mod.ControlModifier: _CONTROL}.get(modifiers)
    deed = table.get(event.key()) if table is not None else None
    return (lambda: deed(view)) if deed is not None else None
