"""Which model makes the picture, and in which style."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from studio.document.document import Document
from studio.prompts.styles import Style
from studio.request.family import Model
from studio.ui.widgets.choice import Choice
from studio.ui.widgets.tool import Labelled

MODEL_HELP = "The model that makes the picture. Each knows its own world; see the Models page (Ctrl+3)."
STYLE_HELP = "Words that are laid around your prompt to give the picture a certain look."
NO_STYLE = "None"


class ModelPart(QWidget):
    """The models on this machine."""

    def __init__(self, document: Document, models: Sequence[Model]) -> None:
        super().__init__()
        self._document = document
        self._models: tuple[Model, ...] = ()
        self.choice = Choice()
        self.choice.setAccessibleName("Model")
        self.choice.setAccessibleDescription(MODEL_HELP)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(Labelled("Model", self.choice, "M"))
        self.choice.activated.connect(self._chosen)
        self.show_models(models)

    def show_models(self, models: Sequence[Model]) -> None:
        """Another list of models; the document's own is always in it."""
        chosen = self._document.model
        self._models = tuple(models) if chosen in models else (*models, chosen)
        with QSignalBlocker(self.choice):
            self.choice.clear()
            for index, model in enumerate(self._models):
                self.choice.addItem(model.title)
                self.choice.setItemData(index, model.about or model.family.title, Qt.ItemDataRole.ToolTipRole)
        self.show_document()

    def show_document(self) -> None:
        chosen = self._document.model
        if chosen not in self._models:
            return self.show_models(self._models)
        with QSignalBlocker(self.choice):
            self.choice.setCurrentIndex(self._models.index(chosen))
        self.choice.setToolTip(f"{chosen.title}\n{chosen.about or MODEL_HELP}")
        return self.choice.update()

    def _chosen(self, index: int) -> None:
        self._document.set_model(self._models[index])


class StylePart(QWidget):
    """Style presets. Not shown when there are none."""

    def __init__(self, document: Document, styles: Sequence[Style]) -> None:
        super().__init__()
        self._document = document
        self._styles: tuple[Style, ...] = ()
        self.choice = Choice()
        self.choice.setAccessibleName("Style")
        self.choice.setAccessibleDescription(STYLE_HELP)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(Labelled("Style", self.choice, "Y"))
        self.choice.activated.connect(self._chosen)
        self._fill(styles)

    def show_styles(self, styles: Sequence[Style]) -> None:
        """Another list of styles."""
        self._fill(styles)
        self.show_document()

    def _fill(self, styles: Sequence[Style]) -> None:
        self._styles = tuple(styles)
        with QSignalBlocker(self.choice):
            self.choice.clear()
            self.choice.addItem(NO_STYLE)
            for index, style in enumerate(self._styles):
                self.choice.addItem(style.name)
                self.choice.setItemData(index + 1, style.prompt, Qt.ItemDataRole.ToolTipRole)

    def choose(self, name: str) -> None:
        """Takes the style of that name, if there is one."""
        if found := next((style for style in self._styles if style.name == name), None):
            self._document.change(style=found)

    def show_document(self) -> None:
        style = self._document.recipe.style
        with QSignalBlocker(self.choice):
            self.choice.setCurrentIndex(self._styles.index(style) + 1 if style in self._styles else 0)
        self.choice.setToolTip(f"{STYLE_HELP}\n{style.prompt}" if style else STYLE_HELP)
        self.choice.update()
        self.setVisible(bool(self._styles))

    def _chosen(self, index: int) -> None:
        self._document.change(style=self._styles[index - 1] if index else None)
