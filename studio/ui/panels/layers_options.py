"""What the active layer is set to: blend and opacity, or what its kind has."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QStackedWidget, QToolButton, QVBoxLayout, QWidget

from studio.document import layering
from studio.document.blend import Blend
from studio.document.change import Change
from studio.document.document import Document
from studio.document.layers import AreaLayer, MaskLayer, PaintLayer, RegionLayer
from studio.ui.panels.layer_region import RegionOptions
from studio.ui.widgets.choice import Choice
from studio.ui.widgets.numbers import NumberField, SliderField
from studio.ui.widgets.tool import GAP, PADDING, Labelled, label, tool_button

NAME = 52  # width of names before sliders
LEAST = 92  # height of a region's options that scroll


class LayerOptions(QWidget):
    """Follows the active layer. A drag of a slider is one step of undo."""

    def __init__(self, document: Document) -> None:
        super().__init__()
        self._document = document
        self.blend = self._blends()
        self.opacity = self._percent(self.tr("Opacity of the layer"))
        self.opacity.edited.connect(self._opacity_changed)
        self.limit = self._percent(self.tr("How much of what is under the mask may change"))
        self.limit.edited.connect(self._limit_changed)
        self.noise = self._percent(
            self.tr("How much fresh noise is mixed in under the mask: more, and it strays further")
        )
        self.noise.edited.connect(self._noise_changed)
        self.region = RegionOptions(document)
        self.region.resized.connect(self._fit)
        self.alpha_lock = self._toggle(
            "grid-3x3", self.tr("Lock transparency\nPainting changes colours, not what is covered.")
        )
        self.alpha_lock.clicked.connect(self._alpha_locked)
        self.lock = self._toggle("lock", self.tr("Lock the layer (/)"))
        self.lock.clicked.connect(self._locked)
        self._picture = self._picture_row()
        self._mask = _rows((self.tr("Change"), self.limit), (self.tr("Noise"), self.noise))
        self._region = _scrolling(self.region)
        self._pages = QStackedWidget()
        for page in (self._picture, self._mask, self._region):
            self._pages.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(PADDING, 0, PADDING, 0)
        column.addWidget(self._pages)
        document.changed.connect(self._on_changed)
        self._show()

    def _blends(self) -> Choice:
        choice = Choice()
        for blend in Blend:
            choice.addItem(blend.title, blend)
        choice.setAccessibleName(self.tr("Blend mode of the layer"))
        choice.setToolTip(self.tr("How the layer meets what is below it"))
        choice.activated.connect(self._blend_chosen)
        return choice

    def _picture_row(self) -> QWidget:
        picture = QWidget()
        row = QHBoxLayout(picture)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP)
        row.addWidget(Labelled(self.tr("Blend"), self.blend), 2, Qt.AlignmentFlag.AlignTop)
        opacity = Labelled(self.tr("Opacity"), self.opacity, extras=(self.alpha_lock, self.lock))
        row.addWidget(opacity, 3, Qt.AlignmentFlag.AlignTop)
        return picture

    def _percent(self, title: str) -> SliderField:
        field = SliderField(NumberField(0, 100, "%"), (0, 100))
        field.name(title, title)
        return field

    @staticmethod
    def _toggle(icon: str, title: str) -> QToolButton:
        button = tool_button(icon, title, size=14)
        button.setCheckable(True)
        return button

    def _alpha_locked(self, on: bool) -> None:
        layer = self._document.active
        if isinstance(layer, PaintLayer):
            text = "Lock transparency" if on else "Unlock transparency"
            layering.change(self._document, layer, text, alpha_locked=on)

    def _locked(self, on: bool) -> None:
        text = "Lock layer" if on else "Unlock layer"
        layering.change(self._document, self._document.active, text, locked=on)

    def _on_changed(self, change: Change) -> None:
        if change & (Change.LAYERS | Change.MODEL):
            self._show()

    def _show(self) -> None:
        layer = self._document.active
        if isinstance(layer, MaskLayer):
            self._pages.setCurrentWidget(self._mask)
            self.limit.set_value(100 * layer.limit)
            self.noise.set_value(100 * layer.noise)
        elif isinstance(layer, RegionLayer):
            self._pages.setCurrentWidget(self._region)
            self.region.show_layer()
        else:
            self._pages.setCurrentWidget(self._picture)
            self.blend.setCurrentIndex(self.blend.findData(layer.blend))
            self.opacity.set_value(100 * layer.opacity)
            self.lock.setChecked(layer.locked)
            self.alpha_lock.setEnabled(isinstance(layer, PaintLayer))
            self.alpha_lock.setChecked(isinstance(layer, PaintLayer) and layer.alpha_locked)
        self._fit()

    def _fit(self) -> None:
        """As high as what is shown; where there is little room a region's options scroll."""
        page = self._pages.currentWidget()
        if page is None:
            return
        scrolls = page is self._region
        height = (self.region if scrolls else page).sizeHint().height()
        self._pages.setMinimumHeight(min(LEAST, height) if scrolls else height)
        self._pages.setMaximumHeight(height)

    def _blend_chosen(self) -> None:
        layering.change(self._document, self._document.active, "Blend mode", blend=self.blend.currentData())

    def _opacity_changed(self, percent: float) -> None:
        if not isinstance(self._document.active, AreaLayer):
            layering.change(self._document, self._document.active, "Layer opacity", opacity=percent / 100)

    def _limit_changed(self, percent: float) -> None:
        if isinstance(self._document.active, MaskLayer):
            layering.change(self._document, self._document.active, "Limit of the mask", limit=percent / 100)

    def _noise_changed(self, percent: float) -> None:
        if isinstance(self._document.active, MaskLayer):
            layering.change(self._document, self._document.active, "Noise of the mask", noise=percent / 100)


def _scrolling(options: QWidget) -> QScrollArea:
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    options.setProperty("role", "panel")
    area.setWidget(options)
    return area


def _rows(*rows: tuple[str, QWidget]) -> QWidget:
    """Controls below each other, their names before them."""
    page = QWidget()
    column = QVBoxLayout(page)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(4)
    for name, control in rows:
        row = QHBoxLayout()
        row.setSpacing(GAP)
        words = label(name, "secondary")
        words.setFixedWidth(NAME)
        row.addWidget(words)
        row.addWidget(control, 1)
        column.addLayout(row)
    return page
