"""What a region is set to: its words, in the language of the prompt, the LoRA in them, and its colour."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from studio.document import layering
from studio.document.document import Document
from studio.document.layers import REGION_COLOURS, RegionLayer
from studio.library.entry import Entry
from studio.request.family import Ability
from studio.ui.panels.prompt.language import Language, Offer
from studio.ui.panels.prompt.loras import LoraPart
from studio.ui.widgets.dots import ColourDots
from studio.ui.widgets.text_area import TextArea
from studio.ui.widgets.tool import GAP

ONE_LINE, TWO_LINES, MOST = 34, 52, 120  # heights in pixels
NAMES = {"prompt": "Prompt of the region", "negative": "Negative prompt of the region"}


class OfRegion:
    """The words of the active layer, if that is a region."""

    def __init__(self, document: Document) -> None:
        self._document = document

    @property
    def layer(self) -> RegionLayer | None:
        active = self._document.active
        return active if isinstance(active, RegionLayer) else None

    def texts(self) -> Mapping[str, str]:
        layer, negative = self.layer, self._document.model.family.can(Ability.NEGATIVE_PROMPT)
        if layer is None:
            return {}
        return {"prompt": layer.prompt} | ({"negative": layer.negative} if negative else {})

    def put(self, doing: str, field: str, words: str) -> None:
        if self.layer is not None:
            layering.change(self._document, self.layer, doing, **{field: words})


class RegionOptions(QWidget):
    """Seen while a region is the active layer. resized: it needs another height.

    offers: names that are completed while they are typed; a style is for the whole picture and not among them.
    """

    resized = Signal()

    def __init__(self, document: Document) -> None:
        super().__init__()
        self._document = document
        self._words = OfRegion(document)
        self.offers: Callable[[], Sequence[Offer]] = lambda: ()
        self.prompt = self._area("prompt", TWO_LINES, self.tr("What should be here"))
        self.without = self._area("negative", ONE_LINE, self.tr("What should not be here"))
        about = self.tr("A LoRA named in these words, <lora:name:0.8>, is on in this region only.")
        keys = self.tr("Ctrl+Up and Ctrl+Down weigh the word at the cursor; < and __ offer LoRA and wildcards.")
        self.prompt.field.setToolTip(f"{self.tr('What should be here')}\n{about}\n{keys}")
        self.languages = tuple(Language(each.field, self._offered) for each in (self.prompt, self.without))
        self.loras = LoraPart(document, self._words)
        self.colour = ColourDots(REGION_COLOURS)
        self.colour.picked.connect(self._colour_picked)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        for widget in (self.prompt, self.without, self.loras, self.colour):
            column.addWidget(widget)

    def show_layer(self) -> None:
        """Reflects the active layer, after undo too."""
        layer = self._words.layer
        if layer is None:
            return
        self.prompt.field.show_text(layer.prompt)
        self.without.field.show_text(layer.negative)
        self.without.setVisible(self._document.model.family.can(Ability.NEGATIVE_PROMPT))
        self.loras.show_document()
        self.colour.show_colour(layer.colour)

    def show_weights(self, weights: Sequence[Entry]) -> None:
        """What is on this machine; other kinds than LoRA are passed over."""
        self.loras.show_weights(weights)

    def event(self, event: QEvent) -> bool:
        taken = super().event(event)
        if event.type() is QEvent.Type.LayoutRequest:  # words have grown, or a LoRA has come
            self.resized.emit()
        return taken

    def _offered(self) -> Sequence[Offer]:
        return [each for each in self.offers() if each.kind != "style"]

    def _area(self, field: str, height: int, placeholder: str) -> TextArea:
        area = TextArea(height, ONE_LINE, MOST)
        area.field.setPlaceholderText(placeholder)
        area.field.setAccessibleName(self.tr(NAMES[field]))
        area.field.edited.connect(lambda text: self._words.put(NAMES[field], field, text))  # pyright: ignore[reportUnknownArgumentType, reportUnknownLambdaType]
        return area

    def _colour_picked(self, colour: str) -> None:
        if self._words.layer is not None:
            layering.change(self._document, self._words.layer, "Colour of the region", colour=colour)
