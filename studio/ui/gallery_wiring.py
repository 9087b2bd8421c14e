"""Builds the gallery's workspace and connects it with the document, the engine and the canvas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.library.gallery.gallery import Gallery
from studio.ui.actions import ActionTable
from studio.ui.gallery.actions import GalleryDeeds
from studio.ui.gallery.back_to_work import BackToWork
from studio.ui.gallery.gallery_view import GalleryView
from studio.ui.gallery.key_hints import KeyHints
from studio.ui.window_pages import CANVAS

if TYPE_CHECKING:
    from studio.ui.window import MainWindow


def furnish_gallery(window: MainWindow, gallery: Gallery) -> GalleryView:
    """The workspace, ready to be shown. Call its `shut` before the program ends."""
    preferences = window.preferences
    view = GalleryView(gallery, preferences.now.gallery_cell)
    view.cell_chosen.connect(lambda side: preferences.change(gallery_cell=side))  # pyright: ignore[reportUnknownLambdaType, reportUnknownArgumentType]
    preferences.changed.connect(lambda now: view.viewer.slides.set_pace(now.slide, now.slides_shuffled))  # pyright: ignore[reportUnknownLambdaType, reportUnknownArgumentType, reportUnknownMemberType]
    view.viewer.slides.set_pace(preferences.now.slide, preferences.now.slides_shuffled)
    BackToWork(
        view,
        gallery,
        window.document,
        window.engine,
        window.models,
        window.styles,
        window.incoming.open,
        lambda: window.go_to(CANVAS),
        window.generation.once_more,
    )
    join_actions(view, window.gallery_deeds, window.table)
    return view


def join_actions(view: GalleryView, deeds: GalleryDeeds, table: ActionTable) -> None:
    """Lets the actions do their work in this view, also while its viewer is a window of its own."""
    deeds.view = view
    view.keys_of = lambda id_: next(iter(table.keys(id_)), "") if id_ in table else ""
    view.viewer.addActions([table.qt(action.id) for action in table if action.group == "Gallery"])
    view.stood.connect(table.refresh)
    KeyHints(view, table)
    table.refresh()
