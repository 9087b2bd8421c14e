"""How large the picture is, by shape or by numbers, and how many there are."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from studio.document.document import Document
from studio.request.geometry import Size
from studio.request.request import MOST_PICTURES
from studio.ui.panels.prompt.automatic import automatic_button
from studio.ui.panels.prompt.checks import Problem, sides
from studio.ui.widgets.numbers import NumberField, SliderField
from studio.ui.widgets.ratios import RATIOS, Ratio, RatioChips
from studio.ui.widgets.tool import Labelled, set_role, tool_button

SIZE_HELP = "Width and height of the picture in pixels."
COUNT_HELP = "How many pictures to make, one after the other, each with its own seed."
WIDEST = 99_999  # what can be typed; what can be made is said in a sentence


class SizePart(QWidget):
    """Shapes in a row; with "Advanced", two numbers and a button that swaps them.

    What is typed and cannot be made stays in the fields and does not reach the document.
    judged: it became possible or impossible to make what the fields say.
    """

    judged = Signal()

    def __init__(self, document: Document) -> None:
        super().__init__()
        self._document = document
        self._size = document.size
        self._refused: Size | None = None
        self.chips = RatioChips()
        self.width_field = self._side("Width")
        self.height_field = self._side("Height")
        self.swap = tool_button("arrow-left-right", "Swap width and height", self._swap, 16)
        self.automatic = automatic_button("Size", self._back)
        self.numbers = QWidget()
        row = QHBoxLayout(self.numbers)
        row.setContentsMargins(0, 4, 0, 0)
        row.setSpacing(4)
        row.addWidget(self.width_field, 1)
        row.addWidget(self.swap)
        row.addWidget(self.height_field, 1)
        both = QWidget()
        column = QVBoxLayout(both)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.chips)
        column.addWidget(self.numbers)
        both.setFocusProxy(self.chips.chips[3])
        self.row = Labelled("Size", both, "Z", self.automatic)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.row)
        self.chips.chosen.connect(self._shape)

    @property
    def wanted(self) -> Size:
        """What the fields say."""
        return self._refused or self._size

    def show_size(self, size: Size) -> None:
        """size: what will be made."""
        if self._refused is not None and size == self._size:
            return  # what was typed stays until it is mended or something else is chosen
        self._size, self._refused = size, None
        recipe, model = self._document.recipe, self._document.model
        self.chips.show_size(size)
        self.chips.describe({ratio: self._of(ratio) for ratio in RATIOS})
        for field, side in ((self.width_field, size.width), (self.height_field, size.height)):
            with QSignalBlocker(field):
                field.setSingleStep(model.family.size_multiple)
                field.setValue(side)
        self.row.note.setText(f"{size} px")
        self.automatic.setVisible(recipe.size is not None)

    def show_problem(self, problem: Problem | None) -> None:
        for where, field in (("width", self.width_field), ("height", self.height_field)):
            wrong = problem is not None and problem.where == where
            set_role(field, "wrong", "true" if wrong else "false")

    def _side(self, name: str) -> NumberField:
        field = NumberField(0, WIDEST, "px")
        field.setAccessibleName(name)
        field.setToolTip(f"{name}\n{SIZE_HELP}")
        field.valueChanged.connect(self._typed)
        return field

    def _of(self, ratio: Ratio) -> Size:
        """The size of this shape with about as many pixels as the model likes."""
        model = self._document.model
        low, high = sides(model.family)
        size = model.defaults.size.with_ratio(ratio.value, model.family.size_multiple)
        return Size(min(high, max(low, size.width)), min(high, max(low, size.height)))

    def _shape(self, ratio: Ratio) -> None:
        self._want(self._of(ratio))

    def _typed(self) -> None:
        self._want(Size(self.width_field.value(), self.height_field.value()))

    def _swap(self) -> None:
        self._want(Size(self.wanted.height, self.wanted.width))

    def _back(self) -> None:
        self._refused = None
        self._document.change(size=None)
        self.show_size(self._size)
        self.judged.emit()

    def _want(self, size: Size) -> None:
        low, high = sides(self._document.model.family)
        if all(low <= side <= high for side in size):
            self._refused = None
            self._document.change(size=size)
            self.show_size(size)  # also when nothing changed: a click must not unmark the shape in force
        else:
            self._refused = size
            self.automatic.show()
        self.judged.emit()


class CountPart(QWidget):
    """Number of pictures, 1 to 16."""

    def __init__(self, document: Document) -> None:
        super().__init__()
        self._document = document
        self.field = SliderField(NumberField(1, MOST_PICTURES), (1, MOST_PICTURES))
        self.field.name("Number of pictures", COUNT_HELP)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(Labelled("Pictures", self.field, "U"))
        self.field.edited.connect(self._edited)

    def show_document(self) -> None:
        self.field.set_value(self._document.recipe.count)

    def _edited(self, value: float) -> None:
        self._document.change(count=round(value))
