"""What an edit would do, said and drawn before it is asked for: a plan without pixels."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject

from studio.document.editing.modes import Mode
from studio.document.editing.plan import EditPlan
from studio.document.layers import RegionLayer, shown
from studio.engine.job import Job
from studio.request.errors import BadInput
from studio.request.events import Finished
from studio.request.family import Ability
from studio.request.geometry import Rect
from studio.request.request import GenerationRequest
from studio.ui.canvas.canvas import Canvas
from studio.ui.editing import ON_CANVAS
from studio.ui.generation import Generation
from studio.ui.panels.prompt.main_button import MainButton
from studio.ui.progress import seconds

RECENT = 0.5  # weight of the newest job in the measured pace


class LookingAhead(QObject):
    """While the pointer or the keyboard is on the main button, what it would look at is framed on the canvas."""

    def __init__(self, generation: Generation, button: MainButton, canvas: Canvas, parent: QObject) -> None:
        super().__init__(parent)
        self._generation, self._button, self._canvas = generation, button, canvas
        self._document = canvas.document
        self._pace: float | None = None  # seconds for a million pixels and one step
        button.main.installEventFilter(self)
        generation.outcomes.finished.connect(self._learn)
        generation.changed.connect(self._show)

    @property
    def words(self) -> str:
        """Of what the button would do: "Looks at 512 × 512 px, worked at 256 × 256. About 12 s.", or ""."""
        plan = self.plan
        if plan is None:
            return ""
        first, count = plan.passes[0], len(plan.passes)
        passes = f", {count} passes" if count > 1 else ""
        said = [f"Looks at {plan.context.size} px, worked at {first.size}{passes}."]
        if self._pace is not None:
            recipe = self._document.recipe
            steps = recipe.steps or self._document.model.defaults.steps
            said.append(
                f"About {seconds(self._pace * plan.cost * steps * recipe.count * self._rounds(self._regions))}."
            )
        return " ".join(said)

    @property
    def warnings(self) -> tuple[str, ...]:
        plan = self.plan
        return plan.warnings if plan is not None else ()

    @property
    def plan(self) -> EditPlan | None:
        """Of an edit that the button would do; None for a picture of its own, or when nothing can be done."""
        mode = self._generation.modes[0]
        if mode not in ON_CANVAS:
            return None
        try:
            return self._generation.plan(mode)
        except BadInput:
            return None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Enter, QEvent.Type.Leave, QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self._show()
        return False

    def _show(self) -> None:
        main = self._button.main
        wanted = main.underMouse() or main.hasFocus() or self._generation.preferred is Mode.CUSTOM
        plan = self.plan if wanted else None
        self._canvas.look_ahead(_areas(plan) if plan is not None else ())

    @property
    def _regions(self) -> int:
        """How many regions have a say."""
        layers = (layer for layer in shown(self._document.layers) if isinstance(layer, RegionLayer))
        return sum(1 for layer in layers if layer.prompt.strip())

    def _rounds(self, regions: int) -> int:
        """How often the network is called at a step: once for each region, where it cannot keep them apart itself."""
        family = self._document.model.family
        return 1 if family.couples or not family.can(Ability.REGIONS) else 1 + regions

    def _learn(self, job: Job, finished: Finished) -> None:
        cost = _cost(job.request) * self._rounds(len(job.request.regions))
        if finished.timings.denoise > 0 and cost > 0:
            new = finished.timings.denoise / cost
            self._pace = new if self._pace is None else self._pace + (new - self._pace) * RECENT


def _areas(plan: EditPlan) -> tuple[Rect, ...]:
    parts = tuple(step.area for step in plan.passes if step.only is not None)
    return parts or (plan.context,)


def _cost(request: GenerationRequest) -> float:
    """As `EditPlan.cost`, times steps and pictures."""
    return request.size.area * request.strength / 1e6 * request.steps * request.count
