"""Prompt, negative prompt, and the prompts of before."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPoint, Signal
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QVBoxLayout, QWidget

from studio.document.document import Document
from studio.prompts.history import Entry as Used
from studio.prompts.history import PromptHistory
from studio.request.family import Ability
from studio.ui.panels.prompt.checks import Problem, without_effect
from studio.ui.panels.prompt.language import Language, Offer
from studio.ui.preferences import Preferences
from studio.ui.widgets.search_popup import Entry, SearchPopup
from studio.ui.widgets.text_area import TextArea
from studio.ui.widgets.tool import GAP, Labelled, alt_key, label, set_role, tool_button

PROMPT_HELP = (
    "What the picture should show, in your own words.\nAlt+Up and Alt+Down bring back earlier prompts.\n"
    "Ctrl+Up and Ctrl+Down weigh the word at the cursor; < and __ offer LoRA, styles and wildcards."
)
WITHOUT_HELP = "What the picture should not show (the negative prompt). Leave it empty if there is nothing."
ONE_LINE = 34  # height in pixels


class Words(QWidget):
    """picture_given(QMimeData): a picture was pasted or dropped onto the words.

    offers: names that are completed while they are typed.
    """

    picture_given = Signal(object)

    def __init__(self, document: Document, history: PromptHistory, preferences: Preferences) -> None:
        super().__init__()
        self._document = document
        self._history = history
        self._preferences = preferences
        self._popup: SearchPopup | None = None
        self._judged: tuple[str, ...] = ()
        self.prompt = self._area("prompt", (104, 232), "Prompt", PROMPT_HELP)
        self.negative = self._area("negative", (ONE_LINE, 104), "Negative prompt", WITHOUT_HELP)
        self.negative.field.setPlaceholderText("What should not be in it")
        self.earlier = tool_button("history", "Earlier prompts\nSearch the prompts you used before.", self.pick, 16)
        alt_key(self, "P", self.prompt)
        self.negative_row = Labelled("Without", self.negative, "W")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP - 4)
        column.addWidget(self.prompt)
        column.addWidget(self.negative_row)
        self.hint = label("", "small")
        self.hint.setWordWrap(True)
        column.addWidget(self.hint)
        self.prompt.field.edited.connect(self._prompt_edited)
        self.negative.field.edited.connect(self._negative_edited)
        self.prompt.field.older.connect(self._older)
        self.prompt.field.newer.connect(self._newer)
        self.offers: Callable[[], Sequence[Offer]] = lambda: ()
        self.languages = tuple(Language(each.field, lambda: self.offers()) for each in (self.prompt, self.negative))
        for field in (self.prompt.field, self.negative.field):
            field.picture_given.connect(self.picture_given)

    def show_document(self) -> None:
        """Reflects the document, after undo too."""
        recipe, model = self._document.recipe, self._document.model
        self.prompt.field.show_text(recipe.prompt)
        self.negative.field.show_text(recipe.negative)
        self.negative_row.setVisible(model.family.can(Ability.NEGATIVE_PROMPT))
        example = model.examples[0] if model.examples else "a lighthouse at dawn"
        self._say_what_is_lost()
        self.prompt.field.setPlaceholderText(f"What do you want to see? For example: {example}")

    def show_problem(self, problem: Problem | None) -> None:
        for where, area in (("prompt", self.prompt), ("negative", self.negative)):
            wrong = problem is not None and problem.where == where
            set_role(area.field, "wrong", "true" if wrong else "false")

    def pick(self) -> None:
        """Opens the list of earlier prompts."""
        if self._popup is None:
            self._popup = SearchPopup(
                self.window(), "Search earlier prompts", "There is no earlier prompt like that.", self._entries
            )
            self._popup.chosen.connect(self._recall)
        corner = self.prompt.mapTo(self.window(), QPoint(0, 0))
        self._popup.open(480, corner)

    def _entries(self) -> Sequence[Entry]:
        return [
            Entry(used.prompt, used, f"without {used.negative}" if used.negative else "")
            for used in self._history.entries
        ]

    def _typed(self) -> Used:
        return Used(self._document.recipe.prompt, self._document.recipe.negative)

    def _older(self) -> None:
        self._recall(self._history.older(self._typed()))

    def _newer(self) -> None:
        self._recall(self._history.newer(self._typed()))

    def _recall(self, used: Used) -> None:
        if self._document.model.family.can(Ability.NEGATIVE_PROMPT):
            self._document.change(prompt=used.prompt, negative=used.negative)
        else:
            self._document.change(prompt=used.prompt)
        self.prompt.setFocus()
        self.prompt.field.moveCursor(QTextCursor.MoveOperation.End)

    def _say_what_is_lost(self) -> None:
        recipe, family = self._document.recipe, self._document.model.family
        judged = (recipe.prompt, recipe.negative, family.id)
        if judged != self._judged:
            self._judged = judged
            hint = without_effect(recipe, family, self._wildcards)
            self.hint.setText(hint)
            self.hint.setVisible(bool(hint))

    def _wildcards(self) -> frozenset[str]:
        return frozenset(offer.name for offer in self.offers() if offer.kind == "wildcard")

    def _prompt_edited(self, text: str) -> None:
        self._document.change(prompt=text)

    def _negative_edited(self, text: str) -> None:
        self._document.change(negative=text)

    def _area(self, name: str, heights: tuple[int, int], title: str, help_text: str) -> TextArea:
        usual, grown = heights
        height = self._preferences.recall_number(f"{name}.height", 0)
        area = TextArea(height or usual, ONE_LINE, height or grown)
        area.field.setAccessibleName(title)
        area.field.setAccessibleDescription(help_text)
        area.field.setToolTip(help_text)
        area.resized.connect(lambda pixels, key=f"{name}.height": self._preferences.remember(key, str(pixels)))  # pyright: ignore[reportUnknownArgumentType, reportUnknownLambdaType]
        return area
