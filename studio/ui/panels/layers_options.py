"""What the active layer is set to: blend and opacity, or what its kind has."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QStackedWidget, QVBoxLayout, QWidget

from studio.document import layering
from studio.document.blend import Blend
from studio.document.change import Change
from studio.document.document import Document
from studio.document.layers import AreaLayer, MaskLayer, RegionLayer
from studio.ui.widgets.choice import Choice
from studio.ui.widgets.numbers import NumberField, SliderField
from studio.ui.widgets.tool import GAP, PADDING, Labelled


class LayerOptions(QWidget):
    """Follows the active layer. A drag of a slider is one step of undo."""

    def __init__(self, document: Document) -> None:
        super().__init__()
        self._document = document
        self.blend = Choice()
        for blend in Blend:
            self.blend.addItem(blend.title, blend)
        self.blend.setAccessibleName(self.tr("Blend mode of the layer"))
        self.blend.setToolTip(self.tr("How the layer meets what is below it"))
        self.blend.activated.connect(self._blend_chosen)
        self.opacity = self._percent(self.tr("Opacity of the layer"))
        self.opacity.edited.connect(self._opacity_changed)
        self.limit = self._percent(self.tr("How much of what is under the mask may change"))
        self.limit.edited.connect(self._limit_changed)
        self.prompt = QLineEdit()
        self.prompt.setPlaceholderText(self.tr("What should be here"))
        self.prompt.setAccessibleName(self.tr("Prompt of the region"))
        self.prompt.textEdited.connect(self._prompt_changed)
        self._pages = QStackedWidget()
        picture = QWidget()
        row = QHBoxLayout(picture)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP)
        row.addWidget(Labelled(self.tr("Blend"), self.blend), 2)
        row.addWidget(Labelled(self.tr("Opacity"), self.opacity), 3)
        self._picture = picture
        self._mask = Labelled(self.tr("May change at most"), self.limit)
        self._region = Labelled(self.tr("Prompt of the region"), self.prompt)
        for page in (self._picture, self._mask, self._region):
            self._pages.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(PADDING, 0, PADDING, 0)
        column.addWidget(self._pages)
        document.changed.connect(self._on_changed)
        self._show()

    def _percent(self, title: str) -> SliderField:
        field = SliderField(NumberField(0, 100, "%"), (0, 100))
        field.name(title, title)
        return field

    def _on_changed(self, change: Change) -> None:
        if change & Change.LAYERS:
            self._show()

    def _show(self) -> None:
        layer = self._document.active
        if isinstance(layer, MaskLayer):
            self._pages.setCurrentWidget(self._mask)
            self.limit.set_value(100 * layer.limit)
        elif isinstance(layer, RegionLayer):
            self._pages.setCurrentWidget(self._region)
            if self.prompt.text() != layer.prompt:
                self.prompt.setText(layer.prompt)
        else:
            self._pages.setCurrentWidget(self._picture)
            self.blend.setCurrentIndex(self.blend.findData(layer.blend))
            self.opacity.set_value(100 * layer.opacity)
        page = self._pages.currentWidget()
        if page is not None:
            self._pages.setFixedHeight(page.sizeHint().height())

    def _blend_chosen(self) -> None:
        layering.change(self._document, self._document.active, "Blend mode", blend=self.blend.currentData())

    def _opacity_changed(self, percent: float) -> None:
        if not isinstance(self._document.active, AreaLayer):
            layering.change(self._document, self._document.active, "Layer opacity", opacity=percent / 100)

    def _limit_changed(self, percent: float) -> None:
        if isinstance(self._document.active, MaskLayer):
            layering.change(self._document, self._document.active, "Limit of the mask", limit=percent / 100)

    def _prompt_changed(self, text: str) -> None:
        if isinstance(self._document.active, RegionLayer):
            layering.change(self._document, self._document.active, "Prompt of the region", prompt=text)
