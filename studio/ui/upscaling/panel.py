"""Asks how a picture is to be made larger. Stays beside the work until it is closed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from textwrap import shorten
from typing import Any, cast

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from studio.document.enlarging import PAINT_OVER, Wish, paints_over
from studio.library.attached import digest_of
from studio.library.entry import Entry
from studio.request.errors import BadInput
from studio.request.family import Model
from studio.request.geometry import Size
from studio.request.request import Prompt
from studio.request.upscaling import Method, Upscale, largest_factor, upscaled
from studio.ui.widgets.choice import Choice
from studio.ui.widgets.numbers import NumberField, SliderField
from studio.ui.widgets.tool import GAP, PADDING, Labelled, label, set_role

FACTORS = (1.5, 2.0, 3.0, 4.0, 6.0, 8.0)
WIDTH = 360
LONGEST = 60  # letters of a prompt that are shown
SMOOTH = "Smooth (Lanczos)"
STRENGTH_HELP = (
    "How much the model may change (denoising strength).\n"
    "Low keeps what is there; from about 50 % on things may turn into others."
)
WHOLE = "cannot add detail: it draws a whole scene into each tile. Models such as Stable Diffusion or SDXL can"
NOT_OVER = "cannot paint over a picture in tiles. Models such as Stable Diffusion or SDXL can"
NO_NETWORKS = "For sharper pictures add an upscaler (ESRGAN, SPAN, SwinIR …) to your models."


@dataclass(frozen=True)
class Habit:
    """How it was done last. network: of an upscaler, or ""."""

    method: str = ""
    network: str = ""
    factor: float = 2.0
    strength: float = PAINT_OVER

    def written(self) -> str:
        """As `read` reads it."""
        return json.dumps(asdict(self))

    @classmethod
    def read(cls, text: str) -> Habit:
        """The usual one when it cannot be read."""
        try:
            value: Any = json.loads(text)
            found = cast("dict[str, Any]", value)
            return cls(str(found["method"]), str(found["network"]), float(found["factor"]), float(found["strength"]))
        except (ValueError, TypeError, KeyError):
            return cls()


@dataclass(frozen=True)
class Subject:
    """What is to be enlarged. title: of the window. model: that would paint over it. words: what is in it."""

    title: str
    size: Size
    model: Model
    prompt: Prompt
    negative: Prompt


def usual(habit: Habit, subject: Subject, networks: Sequence[Entry]) -> tuple[Method, Entry | None]:
    """The method of last time where it can be had, else the sharpest that can."""
    network = next((each for each in networks if each.name == habit.network), None)
    if habit.method == Method.DIFFUSION and paints_over(subject.model):
        return Method.DIFFUSION, network
    if habit.method == Method.LANCZOS or not networks:
        return Method.LANCZOS, None
    return Method.NETWORK, network or networks[0]


def wish_of(subject: Subject, habit: Habit, networks: Sequence[Entry]) -> Wish:
    """What is asked for without a question. Raises BadInput."""
    method, network = usual(habit, subject, networks)
    return _wish(subject, method, network, habit.factor, habit.strength)


def _wish(subject: Subject, method: Method, network: Entry | None, factor: float, strength: float) -> Wish:
    upscale = Upscale(method=method)
    if network is not None and method is not Method.LANCZOS:
        upscale = Upscale(method=method, network=network.name, digest=digest_of(network))
    return Wish(
        upscale=upscale,
        size=upscaled(subject.size, factor),
        model=subject.model,
        prompt=subject.prompt,
        negative=subject.negative,
        strength=strength,
    )


class UpscalePanel(QDialog):
    """wanted(Wish, Habit): make it so."""

    wanted = Signal(object, object)

    def __init__(self, parent: QWidget, subject: Subject, habit: Habit, networks: Sequence[Entry]) -> None:
        super().__init__(parent)
        self.setWindowTitle(subject.title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(WIDTH)
        self.subject, self._networks = subject, tuple(networks)
        self.factor, self.method, self.before = Choice(), Choice(), Choice()
        self.strength = SliderField(NumberField(1, 100, "%"), (5, 80), step=5)
        self.strength.name("Strength", STRENGTH_HELP)
        self.before_row = Labelled("Enlarged first by", self.before)
        self.strength_row = Labelled("Strength", self.strength)
        self.words = label("", "secondary")
        self.words.setWordWrap(True)
        self.words.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.words.setMinimumHeight(3 * self.words.fontMetrics().lineSpacing() + 4)
        self.make = QPushButton("Upscale")
        self.make.setDefault(True)
        self.make.setProperty("role", "main")
        self.close_button = QPushButton("Close")
        self._fill(habit)
        self._lay_out()
        for choice in (self.factor, self.method, self.before):
            choice.currentIndexChanged.connect(self._show)
        self.make.clicked.connect(self._make)
        self.close_button.clicked.connect(self.close)
        self._show()

    @property
    def wish(self) -> Wish:
        """Raises BadInput when it cannot be."""
        method, network = self._chosen
        return _wish(self.subject, method, network, float(self.factor.currentData()), self.strength.value / 100)

    @property
    def _chosen(self) -> tuple[Method, Entry | None]:
        method, network = cast("tuple[Method, Entry | None]", self.method.currentData())
        return method, self.before.currentData() if method is Method.DIFFUSION else network

    def _fill(self, habit: Habit) -> None:
        most = largest_factor(self.subject.size)
        for factor in (each for each in FACTORS if each <= most):
            self.factor.addItem(f"{factor:g} times: {self.subject.size.scaled(factor)} px", factor)
        self.factor.setCurrentIndex(max(0, self.factor.findData(habit.factor)))
        self.method.addItem(SMOOTH, (Method.LANCZOS, None))
        self.before.addItem(SMOOTH, None)
        for each in self._networks:
            self.method.addItem(f"Upscaler: {each.title}", (Method.NETWORK, each))
            self.before.addItem(each.title, each)
        if paints_over(self.subject.model):
            self.method.addItem(f"Finer detail by {self.subject.model.title}", (Method.DIFFUSION, None))
        method, network = usual(habit, self.subject, self._networks)
        ways = [cast("tuple[Method, Entry | None]", self.method.itemData(at)) for at in range(self.method.count())]
        wanted = (method, network if method is Method.NETWORK else None)
        self.method.setCurrentIndex(ways.index(wanted))
        self.before.setCurrentIndex(1 + self._networks.index(network) if network is not None else 0)
        self.strength.set_value(round(100 * habit.strength))

    def _show(self) -> None:
        method, _ = self._chosen
        paints = method is Method.DIFFUSION
        self.before_row.setVisible(paints and bool(self._networks))
        self.strength_row.setVisible(paints)
        self.make.setEnabled(self.factor.count() > 0)
        if not self.factor.count():
            self._say("The picture is as large as can be already.", wrong=True)
            return
        self._say(self._sentence(method), wrong=False)

    def _sentence(self, method: Method) -> str:
        match method:
            case Method.LANCZOS:
                sentence = "Every pixel is a mixture of those around it: smooth, with no new detail."
                more = [] if self._networks else [NO_NETWORKS]
                model = self.subject.model
                if not paints_over(model):
                    why = WHOLE if not model.family.divisible else NOT_OVER
                    more.append(f"{model.title} {why}.")
                return " ".join([sentence, *more])
            case Method.NETWORK:
                return (
                    "The upscaler draws sharp edges and textures as it was taught. The picture itself stays as it is."
                )
            case Method.DIFFUSION:
                words = shorten(self.subject.prompt.raw.strip(), LONGEST, placeholder=" …")
                led = f"led by the words “{words}”" if words else "with no words to go by: a prompt helps"
                return f"The model paints finer detail over the picture, tile by tile, {led}. It takes its time."

    def _say(self, sentence: str, *, wrong: bool) -> None:
        self.words.setText(sentence)
        set_role(self.words, "role", "danger" if wrong else "secondary")

    def _make(self) -> None:
        try:
            wish = self.wish
        except BadInput as trouble:
            self._say(str(trouble), wrong=True)
            return
        habit = Habit(wish.upscale.method, wish.upscale.network, float(self.factor.currentData()), wish.strength)
        self.wanted.emit(wish, habit)
        self.close()

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(GAP)
        buttons.addStretch(1)
        buttons.addWidget(self.close_button)
        buttons.addWidget(self.make)
        column = QVBoxLayout(self)
        column.setContentsMargins(PADDING, PADDING, PADDING, PADDING)
        column.setSpacing(PADDING)
        column.addWidget(Labelled("Size", self.factor))
        column.addWidget(Labelled("How", self.method))
        column.addWidget(self.before_row)
        column.addWidget(self.strength_row)
        column.addWidget(self.words)
        column.addStretch(1)
        column.addLayout(buttons)
