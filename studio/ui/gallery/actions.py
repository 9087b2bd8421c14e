"""The gallery in the table of actions: menu, palette and keys. Its view is not built before it is used."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from studio.ui.actions import Action, ActionTable, always
from studio.ui.gallery.offered import OFFERS, Deed, Offer
from studio.ui.gallery.standing import Standing

if TYPE_CHECKING:
    from studio.ui.gallery.gallery_view import GalleryView

LARGER = 1.15  # by which cells grow and shrink


class GalleryDeeds:
    """The gallery as actions see it. show: brings its workspace up. shown: whether it is up. view: once it is built."""

    def __init__(self, show: Callable[[], object], shown: Callable[[], bool]) -> None:
        self._show = show
        self._shown = shown
        self.view: GalleryView | None = None

    def do(self, deed: Deed) -> None:
        """Brings the gallery up and does something there."""
        if not self._shown() or self.view is None:
            self._show()
        if self.view is not None:
            deed(self.view)

    def stands(self, holds: Callable[[Standing], bool]) -> bool:
        """Whether the gallery is up, and what is selected there is so."""
        return self._shown() and self.view is not None and holds(self.view.standing)

    def is_on(self, asked: Callable[[GalleryView], bool]) -> bool:
        """Whether the gallery is up, and something is so there."""
        return self._shown() and self.view is not None and asked(self.view)

    @property
    def up(self) -> bool:
        """Whether its workspace is shown."""
        return self._shown() and self.view is not None


def gallery_actions(deeds: GalleryDeeds) -> list[Action]:
    """In the order of the menu."""
    return [_action(deeds, offer) for offer in OFFERS]


def share(table: ActionTable, deeds: GalleryDeeds) -> None:
    """Has actions of the whole window mean the gallery while it is up: undo, closer, farther."""
    shared: tuple[tuple[str, Deed], ...] = (
        ("edit.undo", lambda view: view.acts.undo()),
        ("view.zoom_in", lambda view: view.set_cell(round(view.grid.cell * LARGER))),
        ("view.zoom_out", lambda view: view.set_cell(round(view.grid.cell / LARGER))),
    )
    for id_, deed in shared:
        before = table[id_]
        table.replace(
            id_,
            run=partial(_either, deeds, partial(deeds.do, deed), before.run),
            enabled_when=partial(_either, deeds, always, before.enabled_when),
        )


def _either(deeds: GalleryDeeds, there: Callable[[], Any], elsewhere: Callable[[], Any]) -> Any:
    return there() if deeds.up else elsewhere()


def _action(deeds: GalleryDeeds, offer: Offer) -> Action:
    return Action(
        id=f"gallery.{offer.id}",
        title=offer.title,
        group="Gallery",
        section=offer.section,
        run=partial(deeds.do, offer.deed),
        keys=offer.keys,
        enabled_when=always if offer.when is None else partial(deeds.stands, offer.when),
        checked_when=None if offer.on is None else partial(deeds.is_on, offer.on),
        icon=offer.icon,
        help=offer.help,
    )
