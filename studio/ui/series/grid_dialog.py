"""Asks over which parameters a grid is to be made."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from studio.document.grids import Axis, Cell, Kind, cells
from studio.request.errors import BadInput
from studio.request.family import Model
from studio.request.request import GenerationRequest
from studio.ui.widgets.choice import Choice
from studio.ui.widgets.tool import GAP, PADDING, Labelled, label, set_role

NAMES = ("Across", "Down", "Blocks")


class AxisRow(QWidget):
    """One axis: what is varied, and its values. changed: either is another."""

    changed = Signal()

    def __init__(self, name: str, suggest: Callable[[Kind], str], *, optional: bool) -> None:
        super().__init__()
        self._suggest = suggest
        self.kind = Choice()
        self.kind.setMinimumWidth(128)
        if optional:
            self.kind.addItem("Nothing", None)
        for kind in Kind:
            self.kind.addItem(kind.title, kind)
        self.values = QLineEdit()
        self.values.setAccessibleName(f"Values {name.lower()}")
        self.values.setMinimumWidth(320)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP)
        row.addWidget(Labelled(name, self.kind))
        row.addWidget(Labelled("Values", self.values), 1)
        self.kind.currentIndexChanged.connect(self._chosen)
        self.values.textChanged.connect(self.changed)
        self._chosen()

    def choose(self, kind: Kind | None) -> None:
        self.kind.setCurrentIndex(self.kind.findData(kind))

    @property
    def axis(self) -> Axis | None:
        """Raises BadInput when the values cannot be used."""
        kind = self.kind.currentData()
        return Axis.typed(kind, self.values.text()) if isinstance(kind, Kind) else None

    def _chosen(self) -> None:
        kind = self.kind.currentData()
        self.values.setEnabled(kind is not None)
        self.values.setPlaceholderText(kind.hint if isinstance(kind, Kind) else "")
        self.values.setToolTip(f"Type {kind.hint}." if isinstance(kind, Kind) else "")
        self.values.setText(self._suggest(kind) if isinstance(kind, Kind) else "")
        self.values.setCursorPosition(0)  # long seeds are read from their beginning
        self.changed.emit()


class GridDialog(QDialog):
    """wanted(axes, cells): make this grid."""

    wanted = Signal(object, object)

    def __init__(self, parent: QWidget, base: GenerationRequest, models: Sequence[Model]) -> None:
        super().__init__(parent)
        self.setWindowTitle("Make a grid")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._base, self._models = base, models
        self.rows = [AxisRow(name, self._suggested, optional=index > 0) for index, name in enumerate(NAMES)]
        self.words = label("", "secondary")
        self.words.setWordWrap(True)
        self.words.setMinimumHeight(2 * self.words.fontMetrics().lineSpacing() + 4)
        self.words.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        self.make = self.buttons.button(QDialogButtonBox.StandardButton.Ok)
        self.make.setText("Make the grid")
        self.make.setProperty("role", "main")
        column = QVBoxLayout(self)
        column.setContentsMargins(PADDING, PADDING, PADDING, PADDING)
        column.setSpacing(PADDING)
        about = label("One picture for each combination, on one sheet with labels. All else is as it is set now.")
        about.setWordWrap(True)
        column.addWidget(about)
        for row in self.rows:
            column.addWidget(row)
            row.changed.connect(self._judge)
        column.addWidget(self.words)
        column.addWidget(self.buttons)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self.rows[0].choose(Kind.SEED)
        self.rows[1].choose(Kind.GUIDANCE)

    @property
    def axes(self) -> tuple[Axis, ...]:
        """Raises BadInput."""
        found = (row.axis for row in self.rows)
        return tuple(axis for axis in found if axis is not None)

    def accept(self) -> None:
        try:
            axes = self.axes
            found = self._cells(axes)
        except BadInput:  # it is written below the values
            return
        super().accept()
        self.wanted.emit(axes, found)

    def _cells(self, axes: tuple[Axis, ...]) -> tuple[Cell, ...]:
        return cells(self._base, axes, self._models)

    def _judge(self) -> None:
        try:
            found = self._cells(self.axes)
            words, role = f"{len(found)} pictures", "secondary"
        except BadInput as problem:
            words, role = str(problem), "danger"
        self.words.setText(words)
        set_role(self.words, "role", role)
        self.make.setEnabled(role == "secondary")

    def _suggested(self, kind: Kind) -> str:
        """Values to begin with, around those of now."""
        base = self._base
        model = next((model for model in self._models if model.reference == base.model), None)
        match kind:
            case Kind.SEED:
                return ", ".join(str(base.seed + number) for number in range(3))
            case Kind.STEPS:
                return ", ".join(str(max(1, round(base.steps * share))) for share in (0.5, 1, 2))
            case Kind.GUIDANCE:
                return ", ".join(f"{max(1.0, base.guidance * share):g}" for share in (0.5, 1, 2))
            case Kind.STRENGTH:
                return "30, 50, 70"
            case Kind.SAMPLER:
                offered = model.family.samplers if model is not None else ()
                others = [sampler.name for sampler in offered if sampler != base.sampler]
                return ", ".join([base.sampler.name, *others[:2]])
            case Kind.PROMPT:
                return next(iter(base.prompt.text.replace(",", " ").split()), "")
            case Kind.MODEL:
                return ", ".join(model.title for model in self._models[:3])
            case Kind.SIZE:
                return f"{base.size.width}x{base.size.height}"
