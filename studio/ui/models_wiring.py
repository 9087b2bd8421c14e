"""Builds the Models workspace and connects it with the document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.library.downloads.catalogue import offers
from studio.request.family import Model
from studio.ui.models.page import ModelsPage, Surroundings
from studio.ui.window_pages import CANVAS

if TYPE_CHECKING:
    from studio.ui.models.keeper import ModelsKeeper
    from studio.ui.window import MainWindow


def furnish_models(window: MainWindow, keeper: ModelsKeeper) -> ModelsPage:
    """The workspace, ready to be shown. The keeper ends its threads."""

    def use(model: Model) -> None:
        window.document.set_model(model)
        window.go_to(CANVAS)

    around = Surroundings(
        preferences=window.preferences,
        picture_of=keeper.picture_of,
        own=keeper.own,
        in_use=lambda: window.document.model.path,
        offers=offers(),
    )
    page = keeper.page = ModelsPage(keeper.models, keeper.work, around)
    page.used.connect(use)
    return page
