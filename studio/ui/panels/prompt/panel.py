"""The prompt panel: everything that is asked for, simple by default, the rest behind one switch."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, QTimer, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QVBoxLayout, QWidget

from studio.document.change import Change
from studio.document.document import Document
from studio.document.editing.modes import Mode
from studio.document.recipe import Recipe
from studio.document.resolve import automatic_size
from studio.library.entry import Entry
from studio.prompts.history import PromptHistory
from studio.prompts.styles import Style
from studio.request.family import Ability, Model
from studio.request.geometry import Size
from studio.ui.panels.prompt.checks import Problem, problem_of
from studio.ui.panels.prompt.chooser import ModelPart, StylePart
from studio.ui.panels.prompt.codec import CodecPart
from studio.ui.panels.prompt.custom import CustomPart
from studio.ui.panels.prompt.loras import LoraPart
from studio.ui.panels.prompt.main_button import MainButton
from studio.ui.panels.prompt.sampling import DraftPart, GuidancePart, SamplerPart, SeedPart, StepsPart
from studio.ui.panels.prompt.size import CountPart, SizePart
from studio.ui.panels.prompt.strength import StrengthPart
from studio.ui.panels.prompt.words import Words
from studio.ui.preferences import Preferences
from studio.ui.widgets.scroll_column import ScrollColumn
from studio.ui.widgets.switch import Switch
from studio.ui.widgets.tool import PADDING, SECTION, label, set_role

WIDTH = 320


class PromptPanel(QWidget):
    """Edits the document's recipe and shows it, after undo too.

    problem: why nothing can be made as it stands, a sentence, or "". judged: it may have changed.
    """

    judged = Signal()

    def __init__(
        self,
        document: Document,
        models: Sequence[Model],
        styles: Sequence[Style],
        history: PromptHistory,
        preferences: Preferences,
        keys: str = "",
    ) -> None:
        super().__init__()
        self._document = document
        self._preferences = preferences
        self.problem = ""
        self.words = Words(document, history, preferences)
        self.model = ModelPart(document, models)
        self.loras = LoraPart(document)
        self.style_part = StylePart(document, styles)
        self.size_part = SizePart(document)
        self.count = CountPart(document)
        self.strength = StrengthPart(document)
        self.custom = CustomPart(document)
        self.steps = StepsPart(document)
        self.guidance = GuidancePart(document)
        self.sampler = SamplerPart(document)
        self.codec = CodecPart(document)
        self.seed = SeedPart(document)
        self.draft = DraftPart(document)
        self.advanced = Switch("Advanced")
        self.advanced.setShortcut(QKeySequence("Alt+A"))
        self.advanced.setToolTip("Show size in numbers, steps, guidance, sampler, seed and draft (Alt+A)")
        self.note = label("", "small")
        self.note.setWordWrap(True)
        self.button = MainButton(keys)
        self._lay_out()
        self.advanced.setChecked(preferences.now.advanced)
        self._connect()
        self.show_document()

    def _connect(self) -> None:
        preferences = self._preferences
        self.advanced.toggled.connect(lambda on: preferences.change(advanced=on))  # pyright: ignore[reportUnknownArgumentType, reportUnknownLambdaType]
        self.advanced.toggled.connect(self._advanced_toggled)
        self.button.main.clicked.connect(self._go_on_typing)
        for language in self.words.languages:
            language.style_chosen.connect(self.style_part.choose)
        self.seed.judged.connect(self._judge)
        self.size_part.judged.connect(self._judge)
        self._document.changed.connect(self._changed)

    def sizeHint(self) -> QSize:
        return QSize(WIDTH, 640)

    def show_weights(self, weights: Sequence[Entry]) -> None:
        """What can be laid over a model and is on this machine: LoRA and picture codecs."""
        self.loras.show_weights(weights)
        self.codec.show_weights(weights)
        self._show_advanced()

    def show_document(self) -> None:
        """Reflects the document in every control."""
        self.words.show_document()
        self.model.show_document()
        self.loras.show_document()
        self.style_part.show_document()
        self.size_part.show_size(self._size)
        self.count.show_document()
        self.strength.show_document()
        self.custom.show_document()
        self.steps.show_document()
        self.guidance.show_document()
        self.sampler.show_document()
        self.codec.show_document()
        self.seed.show_document()
        self.draft.show_document()
        can_refine = self._document.model.family.can(Ability.IMAGE_TO_IMAGE)
        self.strength.setVisible(self._document.has_picture and can_refine)
        self._judge()

    def show_button(self, mode: Mode, possible: Sequence[Mode], *, running: bool, sentence: str) -> None:
        """What the main button says. sentence: what will happen."""
        self.custom.setVisible(mode is Mode.CUSTOM)
        self.button.show_state(
            mode, possible, self._document.recipe.count, running=running, problem=self.problem, sentence=sentence
        )
        empty = not self._document.recipe.prompt.strip()
        self._say(self.problem or (sentence if empty else ""), wrong=bool(self.problem))

    def commit(self) -> None:
        """Takes what is typed into a number field but not confirmed yet."""
        for field in (self.size_part.width_field, self.size_part.height_field, self.steps.field.field):
            field.interpretText()
        self.guidance.field.field.interpretText()
        self.count.field.field.interpretText()

    @property
    def _size(self) -> Size:
        recipe: Recipe = self._document.recipe
        canvas = self._document.size if self._document.has_picture else None
        return recipe.size or automatic_size(self._document.model, canvas)

    def _changed(self, change: Change) -> None:
        if change & (Change.RECIPE | Change.MODEL | Change.SIZE | Change.LAYERS | Change.PIXELS):
            self.show_document()

    def _judge(self) -> None:
        problem = problem_of(self._document.recipe, self._document.model, self.size_part.wanted)
        if problem is None and self.seed.problem:
            problem = Problem("seed", self.seed.problem)
        self.words.show_problem(problem)
        self.size_part.show_problem(problem)
        self.problem = problem.sentence if problem else ""
        self._show_advanced(problem is not None and problem.where in ("width", "height", "seed"))
        self.judged.emit()

    def _go_on_typing(self) -> None:
        """A click on the button leaves the keyboard to the words, if it was in this panel; a key leaves it here."""
        if any(each.hasFocus() for each in self.findChildren(QWidget) if each is not self.button.main):
            self.words.prompt.setFocus()

    def _advanced_toggled(self, on: bool) -> None:
        self._show_advanced()
        if on:  # when they are laid out, what was asked for comes into view
            QTimer.singleShot(0, self, lambda: self._area.ensureWidgetVisible(self.draft, 0, SECTION))

    def _show_advanced(self, forced: bool = False) -> None:
        on = self.advanced.isChecked() or forced
        for part in (self.size_part.numbers, self.steps, self.sampler, self.seed, self.draft):
            part.setVisible(on)
        self.codec.setVisible(on and self.codec.offered)
        self.guidance.setVisible(on and self._document.model.family.can(Ability.GUIDANCE))

    def _say(self, sentence: str, *, wrong: bool) -> None:
        self.note.setText(sentence)
        self.note.setVisible(bool(sentence))
        set_role(self.note, "role", "danger" if wrong else "small")

    def _lay_out(self) -> None:
        self.setProperty("role", "panel")
        self.setMinimumWidth(264)
        area = self._area = ScrollColumn()
        column = area.column
        parts = (
            self.words,
            self.loras,
            self.model,
            self.style_part,
            self.size_part,
            self.count,
            self.strength,
            self.custom,
        )
        for part in parts:
            column.addWidget(part)
        column.addSpacing(SECTION - 12)
        column.addWidget(self.advanced)
        for part in (self.steps, self.guidance, self.sampler, self.codec, self.seed, self.draft):
            column.addWidget(part)
        column.addStretch(1)
        foot = QVBoxLayout()
        foot.setContentsMargins(PADDING, 8, PADDING, PADDING)
        foot.setSpacing(8)
        foot.addWidget(self.note)
        foot.addWidget(self.button)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(area, 1)
        outer.addLayout(foot)
