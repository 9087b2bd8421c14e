"""The settings of brushes, fills, gradients and selections."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from studio.document.blend import Blend
from studio.document.brush import LARGEST
from studio.document.content import GradientKind
from studio.document.selecting import Combine
from studio.ui.canvas.kit import PAINT, Kit
from studio.ui.widgets.choice import Choice
from studio.ui.widgets.numbers import NumberField, SliderField
from studio.ui.widgets.switch import Switch
from studio.ui.widgets.tool import GAP, Labelled, label

LABEL = 68  # width of the names before sliders
BLENDS = tuple(
    blend
    for blend in Blend
    if blend not in (Blend.DST_IN, Blend.DST_OUT, Blend.SRC_ATOP, Blend.DST_ATOP)  # of use between layers only
)


class Options(QWidget):
    """A column of controls that show and set values of a kit."""

    def __init__(self, kit: Kit) -> None:
        super().__init__()
        self.kit = kit
        self._shows: list[Callable[[], None]] = []
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(4)
        kit.changed.connect(self.refresh)

    def refresh(self) -> None:
        for show in self._shows:
            show()

    def _slider(
        self,
        title: str,
        unit: str,
        limits: tuple[int, int],
        usual: tuple[int, int],
        get: Callable[[], float],
        put: Callable[[float], None],
        about: str,
    ) -> SliderField:
        field = SliderField(NumberField(*limits, unit), usual)
        field.name(title, about)
        field.edited.connect(put)
        self._shows.append(lambda: field.set_value(get()))
        row = QHBoxLayout()
        row.setSpacing(GAP)
        name = label(title, "secondary")
        name.setFixedWidth(LABEL)
        name.setToolTip(about)
        row.addWidget(name)
        row.addWidget(field, 1)
        self.column.addLayout(row)
        return field

    def _switch(self, title: str, get: Callable[[], bool], put: Callable[[bool], None], about: str) -> Switch:
        switch = Switch(title)
        switch.setToolTip(about)
        switch.clicked.connect(put)
        self._shows.append(lambda: switch.setChecked(get()))
        self.column.addWidget(switch)
        return switch


class BrushOptions(Options):
    """Of the brush in hand, be it for painting, erasing or masking."""

    def __init__(self, kit: Kit) -> None:
        super().__init__(kit)
        self._slider(
            "Size", "px", (1, int(LARGEST)), (1, 400), lambda: kit.brush().size, lambda v: kit.change(size=v),
            "Diameter at full pressure, in pixels of the picture ([ and ])",
        )  # fmt: skip
        self._percent("Hardness", "hardness", "How much of the brush is solid before its edge fades")
        self._percent("Opacity", "opacity", "The most that a whole stroke covers")
        self._percent("Flow", "flow", "How much each touch leaves; strokes build up where they cross themselves")
        self._percent("Spacing", "spacing", "Between two touches, in parts of the diameter", limits=(1, 1000))
        self._percent("Smoothing", "smoothing", "How far the line lags behind a shaky hand")
        self.blend = Choice()
        for blend in BLENDS:
            self.blend.addItem(blend.title, blend)
        self.blend.setAccessibleName("Blend mode")
        self.blend.setToolTip("How the paint mixes with what is below it")
        self.blend.activated.connect(self._blend_chosen)
        self._blend_row = Labelled("Blend mode", self.blend)
        self.column.addWidget(self._blend_row)
        self.column.addSpacing(GAP)
        self.column.addWidget(label("The pen's pressure changes", "secondary"))
        self._pressure("Size", "pressure_size")
        self._pressure("Opacity", "pressure_opacity")
        self._pressure("Flow", "pressure_flow")
        self._shows.append(self._show_blend)
        self.refresh()

    def _percent(self, title: str, field: str, about: str, limits: tuple[int, int] = (0, 100)) -> None:
        self._slider(
            title, "%", limits, (limits[0], 100),
            lambda: 100 * getattr(self.kit.brush(), field),
            lambda value: self.kit.change(**{field: value / 100}),
            about,
        )  # fmt: skip

    def _pressure(self, title: str, field: str) -> None:
        self._switch(
            title,
            lambda: bool(getattr(self.kit.brush(), field)),
            lambda on: self.kit.change(**{field: on}),
            f"More pressure, more {title.lower()}",
        )

    def _blend_chosen(self) -> None:
        self.kit.change(blend=self.blend.currentData())

    def _show_blend(self) -> None:
        self.blend.setCurrentIndex(self.blend.findData(self.kit.brush().blend))
        self._blend_row.setVisible(self.kit.in_hand == PAINT)


class FillOptions(Options):
    """What filling takes for one colour, and where it looks."""

    def __init__(self, kit: Kit) -> None:
        super().__init__(kit)
        self._slider(
            "Tolerance", "", (0, 255), (0, 128), lambda: kit.tolerance, lambda v: kit.set_option("tolerance", round(v)),
            "How far a colour may differ from the one under the pointer, in each channel",
        )  # fmt: skip
        self._switch(
            "Only what hangs together",
            lambda: kit.contiguous,
            lambda on: kit.set_option("contiguous", on),
            "Off: everything of that colour",
        )
        self._switch(
            "Look at all layers",
            lambda: kit.merged,
            lambda on: kit.set_option("merged", on),
            "Off: only at the active layer",
        )
        self.refresh()


class SelectOptions(Options):
    """How a new selection meets the one that is there, and how its edge is."""

    def __init__(self, kit: Kit) -> None:
        super().__init__(kit)
        self.how = Choice()
        for how in Combine:
            self.how.addItem(how.value, how)
        self.how.setAccessibleName("New selections")
        self.how.setToolTip("What a new selection does with the one that is there (Shift: add, Alt: subtract)")
        self.how.activated.connect(self._how_chosen)
        self._shows.append(lambda: self.how.setCurrentIndex(self.how.findData(kit.combine)))
        self.column.addWidget(Labelled("New selections", self.how))
        self._slider(
            "Feather", "px", (0, 1000), (0, 100), lambda: kit.feather, lambda v: kit.set_option("feather", v),
            "How far the edge of a new selection fades to both sides",
        )  # fmt: skip
        self._switch(
            "Smooth edges",
            lambda: kit.smooth_edges,
            lambda on: kit.set_option("smooth_edges", on),
            "Off: pixels are selected wholly or not at all",
        )
        self.refresh()

    def _how_chosen(self) -> None:
        self.kit.set_option("combine", self.how.currentData())


class WandOptions(SelectOptions):
    """As for all selections, and as for filling."""

    def __init__(self, kit: Kit) -> None:
        super().__init__(kit)
        self.column.addWidget(FillOptions(kit))


class TransformOptions(Options):
    """How pixels are made anew when they are scaled or turned."""

    def __init__(self, kit: Kit) -> None:
        super().__init__(kit)
        self._switch(
            "Sharp pixels",
            lambda: kit.sharp,
            lambda on: kit.set_option("sharp", on),
            "Takes the nearest pixel, for pixel art; else Lanczos, which is smooth",
        )
        self.refresh()


class GradientOptions(Options):
    """The shape of gradients, and what they end in."""

    def __init__(self, kit: Kit) -> None:
        super().__init__(kit)
        self.kind = Choice()
        for kind in GradientKind:
            self.kind.addItem(kind.value, kind)
        self.kind.setAccessibleName("Shape")
        self.kind.setToolTip("Along a line, or around its beginning")
        self.kind.activated.connect(self._kind_chosen)
        self._shows.append(lambda: self.kind.setCurrentIndex(self.kind.findData(kit.gradient)))
        self.column.addWidget(Labelled("Shape", self.kind))
        self._switch(
            "To transparent",
            lambda: kit.to_transparent,
            lambda on: kit.set_option("to_transparent", on),
            "Ends in nothing instead of the background colour",
        )
        self.refresh()

    def _kind_chosen(self) -> None:
        self.kit.set_option("gradient", self.kind.currentData())
