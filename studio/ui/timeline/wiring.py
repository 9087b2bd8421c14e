"""Puts the timeline into the window: its bar under the canvas, its actions into the table."""

from __future__ import annotations

from PySide6.QtCore import QObject

from studio.library.timelines import Timelines
from studio.ui.actions import Action, Where
from studio.ui.timeline.bar import TimelineBar
from studio.ui.timeline.steer import Steer
from studio.ui.timeline.travel import TimeTravel
from studio.ui.window import MainWindow

SHOWN = "timeline"  # where it is remembered whether the bar is wanted


class Timeline(QObject):
    """The parts, for whoever wants to reach them."""

    def __init__(self, window: MainWindow, timelines: Timelines) -> None:
        super().__init__(window)
        self.window_ = window
        self.bar = TimelineBar()
        window.page.add_below(self.bar)
        self.travel = TimeTravel(
            self.bar, window.page.proposal, timelines, window.document, window.engine, window.generation
        )
        self.steer = Steer(window.document, window.engine, window.generation, self)
        window.table.add(*self._actions())
        self.bar.branched.connect(lambda: window.table.run("time.branch"))
        self.bar.kept.connect(lambda: window.table.run("time.keep"))
        self.bar.steered.connect(self.steer.set_on)
        self.bar.moved.connect(window.table.refresh)
        window.preferences.changed.connect(self._settle)
        self.travel.set_wanted(window.preferences.recall(SHOWN, "yes") == "yes")
        self._settle()

    def _settle(self) -> None:
        self.bar.strip.smooth = not self.window_.preferences.now.reduce_motion

    def _toggle(self) -> None:
        wanted = not self.travel.wanted
        self.window_.preferences.remember(SHOWN, "yes" if wanted else "no")
        self.travel.set_wanted(wanted)

    def _toggle_steer(self) -> None:
        self.bar.steer.setChecked(not self.steer.on)

    def _actions(self) -> list[Action]:
        bar, travel = self.bar, self.travel
        return [
            Action(
                id="time.play",
                title="Play how it came out of noise",
                group="Picture",
                section="time",
                run=bar.toggle_play,
                keys=("Ctrl+P",),
                enabled_when=lambda: travel.can_travel,
                icon="play",
            ),
            Action(
                id="time.previous",
                title="Step before",
                group="Picture",
                section="time",
                run=lambda: travel.go(-1),
                keys=(",",),
                enabled_when=lambda: travel.can_travel,
                where=Where.CANVAS,
                icon="chevron-left",
                repeats=True,
                help="Looks at the picture as it was one step before.",
            ),
            Action(
                id="time.next",
                title="Step after",
                group="Picture",
                section="time",
                run=lambda: travel.go(1),
                keys=(".",),
                enabled_when=lambda: travel.can_travel,
                where=Where.CANVAS,
                icon="chevron-right",
                repeats=True,
            ),
            Action(
                id="time.branch",
                title="Branch here",
                group="Picture",
                section="time",
                run=travel.branch,
                keys=("Ctrl+B",),
                enabled_when=lambda: travel.can_branch,
                icon="git-branch",
                help="Goes on from the step that is seen, with prompt, guidance and selection as they are now.",
            ),
            Action(
                id="time.keep",
                title="Keep this step",
                group="Picture",
                section="time",
                run=travel.keep,
                keys=("Ctrl+Shift+K",),
                enabled_when=lambda: travel.can_keep,
                icon="bookmark",
                help="Stops the picture in the making and keeps what it would become; or keeps the step that is seen.",
            ),
            Action(
                id="time.steer",
                title="Steer while it runs",
                group="Picture",
                section="time",
                run=self._toggle_steer,
                checked_when=lambda: self.steer.on,
                icon="ship-wheel",
                help="What you change in prompt, guidance or selection counts from the next step on.",
            ),
            Action(
                id="view.timeline",
                title="Timeline",
                group="View",
                section="options",
                run=self._toggle,
                checked_when=lambda: travel.wanted,
                help="Below the canvas: the steps of the picture.",
            ),
        ]
