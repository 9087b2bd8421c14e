"""What belongs to edits in the main window, plugged in from outside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.document.layers import GeneratedLayer
from studio.request.errors import Trouble

if TYPE_CHECKING:
    from studio.ui.window import MainWindow


class EditWiring:
    """Connects the parts that choose, make again and look ahead."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        window.panels.layers.generated.again.connect(self._make_again)

    def _make_again(self, layer: GeneratedLayer, words: str) -> None:
        try:
            self._window.page.proposal.follow()
            self._window.generation.make_again(layer, words)
        except Trouble as trouble:
            self._window.telling.trouble(trouble)
