"""The bar below the canvas: the film strip, and what can be done from where it stands."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QToolButton, QVBoxLayout, QWidget

from studio.ui.icons import icon
from studio.ui.timeline.film import Film, Moment
from studio.ui.timeline.strip import FINE, FilmStrip
from studio.ui.widgets.slider import Slider
from studio.ui.widgets.tool import label, tool_button

NARROW = 780  # logical pixels, below which buttons have no words
NARROWEST = 600  # below which the sliders have none either
TICK = 33  # milliseconds
PARTS = 120  # so much more the words take where there are several parts
BRANCH = "Goes on from this step with the prompt, the guidance and the selection as they are now."
KEEP = "Makes a picture of what is seen here, in full size."
STOP = "Stops here and keeps what the picture would become now."
STOP_PART = "Stops this part here, keeps what it would become now, and goes on with the next one."
ELSEWHERE = "Later parts are made of the first one: go on from a step of that."
LENGTH = 2500  # a film plays for about so long


class TimelineBar(QFrame):
    """moved(float): the playhead stands at this index. branched, kept: from the step where it stands.

    steered(bool): changes are to be applied to the picture in the making, or not any more.
    """

    moved = Signal(float)
    branched = Signal()
    kept = Signal()
    steered = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self.setAccessibleName("Timeline")
        self._making = False
        self._room = 2  # 2: for all words, 1: for those of the sliders, 0: for numbers only
        self._timer = QTimer(self)
        self._timer.setInterval(TICK)
        self._timer.timeout.connect(self._play_on)
        self.strip = FilmStrip()
        self.play = tool_button("play", "Play (Space)", self.toggle_play)
        kept = self.play.sizePolicy()
        kept.setRetainSizeWhenHidden(True)  # nothing jumps when the picture is finished
        self.play.setSizePolicy(kept)
        self.words = label("", "secondary")
        self.fresh, self.free = Slider(), Slider()
        self.fresh.setRange(0, 100)
        self.free.setRange(5, 100)
        self.free.setValue(100)
        self.fresh.setAccessibleName("Fresh noise of a branch")
        self.free.setAccessibleName("Strength of a branch")
        self.fresh_words, self.free_words = label(""), label("")
        self.branch = QPushButton(icon("git-branch"), "Branch here")
        self.keep = QPushButton(icon("bookmark"), "Keep this step")
        self.steer = QToolButton()
        self._dress()
        self._lay_out()
        self.strip.valueChanged.connect(self._moved)
        self.strip.sliderPressed.connect(self.stop)
        self.strip.toggled.connect(self.toggle_play)
        self.fresh.valueChanged.connect(self._show_shares)
        self.free.valueChanged.connect(self._show_shares)
        self.branch.clicked.connect(self.branched)
        self.keep.clicked.connect(self.kept)
        self.steer.toggled.connect(self.steered)
        self._show_room()

    # what it shows

    def show_film(self, film: Film, position: float, *, making: bool) -> None:
        """making: the picture is not finished, and the film still grows."""
        self.stop()
        self._making = making
        self.strip.show_film(film, position, grows=making)
        self.strip.setEnabled(not making)
        for widget in (self.play, *self._shares, self.branch):
            widget.setVisible(not making)
        self.steer.setVisible(making)
        self._find_room()
        self._show_words()

    @property
    def moment(self) -> Moment:
        """The part in which the playhead stands, and how many of its steps are done there; 0 for an empty film."""
        moments = self.strip.film.moments
        return moments[min(self.strip.index, len(moments) - 1)] if moments else Moment(0, 0)

    @property
    def step(self) -> int:
        """The number of steps that are done where the playhead stands."""
        return self.moment.step

    @property
    def at_end(self) -> bool:
        return self.strip.index >= self.strip.film.last

    @property
    def share(self) -> float:
        """How much fresh noise is wanted, 0..1."""
        return self.fresh.value() / 100

    @property
    def strength(self) -> float:
        """How much of what is left of the way a branch may stray, 0..1."""
        return self.free.value() / 100

    @property
    def _shares(self) -> tuple[QWidget, ...]:
        return self.free_words, self.free, self.fresh_words, self.fresh

    def minimumSizeHint(self) -> QSize:
        return QSize(240, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._find_room()

    def _find_room(self) -> None:
        more = PARTS if self.strip.film.parts > 1 else 0
        room = sum(self.width() >= least + more for least in (NARROWEST, NARROW))
        if room != self._room:
            self._room = room
            self._show_room()

    def _show_room(self) -> None:
        wide = self._room == 2
        for button, words in ((self.branch, "Branch here"), (self.keep, "Keep this step"), (self.steer, "Steer")):
            button.setText(words if wide else "")
        style = Qt.ToolButtonStyle
        self.steer.setToolButtonStyle(style.ToolButtonTextBesideIcon if wide else style.ToolButtonIconOnly)
        for slider in (self.fresh, self.free):
            slider.setFixedWidth(72 if self._room else 48)
        self._show_shares()

    # playing

    def toggle_play(self) -> None:
        if self._timer.isActive() or self._making or self.strip.film.last < 1:
            self.stop()
            return
        if self.at_end:
            self.strip.setValue(0)
        self._timer.start()
        self._show_play()

    def stop(self) -> None:
        self._timer.stop()
        self._show_play()

    def _play_on(self) -> None:
        speed = max(1, round(self.strip.maximum() * TICK / LENGTH))
        if not self.strip.smooth:
            speed = FINE
        self.strip.setValue(self.strip.value() + speed)
        if self.strip.value() >= self.strip.maximum():
            self.stop()

    def _show_play(self) -> None:
        playing = self._timer.isActive()
        self.play.setIcon(icon("pause" if playing else "play"))
        self.play.setAccessibleName("Stop" if playing else "Play")

    def _moved(self) -> None:
        self._show_words()
        if not self._making:
            self.moved.emit(self.strip.position)

    def _show_words(self) -> None:
        film, (part, step) = self.strip.film, self.moment
        total = film.total(part) if film.moments else 0
        several = f"Part {part + 1} of {film.parts}, step" if film.parts > 1 else "Step"
        self.words.setMinimumWidth(self.fontMetrics().horizontalAdvance(f"{several} 100 of 100"))
        self.words.setText(f"{several} {step} of {total}" if film.moments else "")
        on = part == 0 and 0 < step < total
        self.branch.setEnabled(not self._making and on)
        self.keep.setEnabled(self._making or on)
        self.branch.setToolTip(f"Branch here\n{BRANCH if part == 0 else ELSEWHERE}")
        if self._making:
            self.keep.setToolTip(f"Keep this step\n{STOP if film.parts == 1 else STOP_PART}")
        else:
            self.keep.setToolTip(f"Keep this step\n{KEEP if part == 0 else ELSEWHERE}")

    def _show_shares(self) -> None:
        for words, slider, name in (
            (self.fresh_words, self.fresh, "Fresh noise "),
            (self.free_words, self.free, "Strength "),
        ):
            name = name if self._room else ""
            words.setText(f"{name}{slider.value()} %")
            words.setMinimumWidth(self.fontMetrics().horizontalAdvance(f"{name}100 %"))

    # how it is built

    def _dress(self) -> None:
        about = "How much of the noise that is left is drawn anew for a branch: 0 % changes nothing by itself."
        held = "How far a branch may stray from the picture as it is: at less than 100 % it is let go later."
        for widget, words in zip(self._shares, (held, held, about, about), strict=True):
            widget.setToolTip(words)
        for button in (self.branch, self.keep):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setAccessibleName(button.text())
        self.steer.setText("Steer")
        self.steer.setAccessibleName("Steer")
        self.steer.setIcon(icon("ship-wheel"))
        self.steer.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.steer.setCheckable(True)
        self.steer.setFixedHeight(28)
        self.steer.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.steer.setToolTip("Steer\nWhat you change in prompt, guidance or selection counts from the next step on.")

    def _lay_out(self) -> None:
        upper, lower = QHBoxLayout(), QHBoxLayout()
        upper.setSpacing(4)
        upper.addWidget(self.play)
        upper.addWidget(self.strip, 1)
        lower.setSpacing(8)
        lower.addSpacing(8)
        lower.addWidget(self.words)
        lower.addStretch(1)
        for widget in (*self._shares, self.branch, self.steer, self.keep):
            lower.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 4, 8, 8)
        column.setSpacing(4)
        column.addLayout(upper)
        column.addLayout(lower)
