"""Steps, guidance, sampler with its schedule, seed: what is behind "Advanced"."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from studio.document.document import Document
from studio.document.recipe import fresh_seed
from studio.request.family import Ability, Family
from studio.request.request import MOST_STEPS
from studio.request.sampling import Algorithm, Sampler, Schedule
from studio.ui.panels.prompt.automatic import automatic_button
from studio.ui.widgets.choice import Choice
from studio.ui.widgets.numbers import DecimalField, NumberField, SliderField
from studio.ui.widgets.seed import SeedField
from studio.ui.widgets.switch import Switch
from studio.ui.widgets.tool import GAP, Labelled

STEPS_HELP = "In how many steps the picture comes out of the noise. More take longer and gain less and less."
GUIDANCE_HELP = (
    "How closely to follow the prompt (classifier-free guidance scale).\n"
    "Low is free and soft, high is literal and harsh. At 1 and below it is off and each step takes half the time."
)
DRAFT_HELP = (
    "Quicker and a little off: where what the model says changes steadily from step to step, it is not asked.\n"
    "Gains most with twenty steps and more, nothing with models that take few."
)
SAMPLER_HELP = "The way each step is taken. Those below the line add fresh noise on the way (SDE kinds)."
SCHEDULE_HELP = "How the noise is spread over the steps."
KIND = {
    False: "Draws noise once, at the start (ODE kind): more steps come closer to one picture.",
    True: "Adds fresh noise on the way (SDE kind): more steps give another picture.",
}


class StepsPart(QWidget):
    """Number of steps."""

    def __init__(self, document: Document) -> None:
        super().__init__()
        self._document = document
        self.automatic = automatic_button("Number of steps", lambda: document.change(steps=None))
        self.field = SliderField(NumberField(1, MOST_STEPS), (1, 60))
        self.field.name("Number of steps", STEPS_HELP)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(Labelled("Steps", self.field, "N", self.automatic))
        self.field.edited.connect(self._edited)

    def show_document(self) -> None:
        recipe = self._document.recipe
        self.field.set_value(recipe.steps or self._document.model.defaults.steps)
        self.automatic.setVisible(recipe.steps is not None)

    def _edited(self, value: float) -> None:
        self._document.change(steps=round(value))


class GuidancePart(QWidget):
    """Guidance scale."""

    def __init__(self, document: Document) -> None:
        super().__init__()
        self._document = document
        self.automatic = automatic_button("Guidance", lambda: document.change(guidance=None))
        self.field = SliderField(DecimalField(0, 100), (0, 20), scale=10, step=0.5)
        self.field.name("Guidance", GUIDANCE_HELP)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(Labelled("Guidance", self.field, "G", self.automatic))
        self.field.edited.connect(self._edited)

    def show_document(self) -> None:
        recipe, model = self._document.recipe, self._document.model
        self.field.set_value(model.defaults.guidance if recipe.guidance is None else recipe.guidance)
        self.automatic.setVisible(recipe.guidance is not None)
        self.setVisible(model.family.can(Ability.GUIDANCE))

    def _edited(self, value: float) -> None:
        self._document.change(guidance=round(value, 1))


def algorithms(family: Family) -> tuple[Algorithm, ...]:
    """Those that the family can use, each once; ODE kinds first."""
    offered = dict.fromkeys(sampler.algorithm for sampler in family.samplers)
    return tuple(sorted(offered, key=lambda algorithm: algorithm.stochastic))


def schedules(family: Family, algorithm: Algorithm) -> tuple[Schedule, ...]:
    return tuple(sampler.schedule for sampler in family.samplers if sampler.algorithm is algorithm)


class SamplerPart(QWidget):
    """Algorithm and schedule, side by side."""

    def __init__(self, document: Document) -> None:
        super().__init__()
        self._document = document
        self.algorithm = self._choice("Sampler", SAMPLER_HELP)
        self.schedule = self._choice("Schedule", SCHEDULE_HELP)
        self.automatic = automatic_button("Sampler", lambda: document.change(sampler=None))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP)
        row.addWidget(Labelled("Sampler", self.algorithm, "K"), 1)
        row.addWidget(Labelled("Schedule", self.schedule, "C", self.automatic), 1)
        self.algorithm.activated.connect(self._chosen)
        self.schedule.activated.connect(self._chosen)

    def show_document(self) -> None:
        recipe, family = self._document.recipe, self._document.model.family
        wished = recipe.sampler if recipe.sampler in family.samplers else None
        sampler = wished or self._document.model.defaults.sampler
        self._fill_algorithms(algorithms(family))
        self._fill(self.schedule, schedules(family, sampler.algorithm))
        self._select(self.algorithm, sampler.algorithm.value)
        self._select(self.schedule, sampler.schedule.value)
        self.schedule.setEnabled(self.schedule.count() > 1)
        self.automatic.setVisible(wished is not None)

    def _choice(self, name: str, help_text: str) -> Choice:
        choice = Choice()
        choice.setAccessibleName(name)
        choice.setAccessibleDescription(help_text)
        choice.setToolTip(help_text)
        return choice

    def _fill_algorithms(self, offered: tuple[Algorithm, ...]) -> None:
        if not self._fill(self.algorithm, offered):
            return
        for index, algorithm in enumerate(offered):
            self.algorithm.setItemData(index, KIND[algorithm.stochastic], Qt.ItemDataRole.ToolTipRole)
        first = next((index for index, algorithm in enumerate(offered) if algorithm.stochastic), 0)
        if first:
            self.algorithm.insertSeparator(first)

    @staticmethod
    def _fill(choice: Choice, values: tuple[Algorithm, ...] | tuple[Schedule, ...]) -> bool:
        """True if the entries had to be replaced."""
        shown = [choice.itemText(index) for index in range(choice.count()) if choice.itemText(index)]
        wanted = [value.value for value in values]
        if shown == wanted:
            return False
        with QSignalBlocker(choice):
            choice.clear()
            choice.addItems(wanted)
        return True

    @staticmethod
    def _select(choice: Choice, text: str) -> None:
        with QSignalBlocker(choice):
            choice.setCurrentIndex(choice.findText(text, Qt.MatchFlag.MatchExactly))
        choice.update()

    def _chosen(self) -> None:
        family = self._document.model.family
        algorithm = Algorithm(self.algorithm.currentText())
        offered = schedules(family, algorithm)
        wished = Schedule(self.schedule.currentText())
        self._document.change(sampler=Sampler(algorithm, wished if wished in offered else offered[0]))


class DraftPart(QWidget):
    """Drafts: steps are foretold where they can be."""

    def __init__(self, document: Document) -> None:
        super().__init__()
        self._document = document
        self.switch = Switch("Draft")
        self.switch.setToolTip(DRAFT_HELP)
        self.switch.setAccessibleDescription(DRAFT_HELP)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.switch)
        self.switch.clicked.connect(lambda: document.change(shortcuts=self.switch.isChecked()))

    def show_document(self) -> None:
        self.switch.setChecked(self._document.recipe.shortcuts)


class SeedPart(QWidget):
    """Seed with dice and lock. judged: what is typed became a seed, or ceased to be one."""

    judged = Signal()

    def __init__(self, document: Document) -> None:
        super().__init__()
        self._document = document
        self.field = SeedField()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(Labelled("Seed", self.field, "D"))
        self.field.edited.connect(self._edited)
        self.field.judged.connect(self.judged)
        self.field.thrown.connect(self._thrown)
        self.field.locked.connect(self._locked)

    @property
    def problem(self) -> str:
        return self.field.problem

    def show_document(self) -> None:
        self.field.show_seed(self._document.recipe.seed, self._document.recipe.seed_locked)

    def _edited(self, seed: int) -> None:
        self._document.change(seed=seed, seed_locked=True)

    def _thrown(self) -> None:
        self._document.change(seed=fresh_seed())

    def _locked(self, on: bool) -> None:
        self._document.change(seed_locked=on)
