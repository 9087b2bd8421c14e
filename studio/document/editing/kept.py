"""Edits of several passes in the record of the picture that came of them, and back: how they are made again."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from studio.document.controlling import Guiding, Steer
from studio.document.editing.modes import Mode
from studio.document.editing.plan import Choices, EditPlan, Fill, Pass, Softness
from studio.document.editing.run import EditRun
from studio.document.regioning import Sketch
from studio.request.errors import BadInput
from studio.request.geometry import Rect, Size
from studio.request.passes import Edit, Way
from studio.request.pixels import Array, Pixels


def edit_of(run: EditRun, ways: Sequence[Way]) -> Edit:
    """What it takes to make all passes again. run: as its first pass was. ways: how those after it went."""
    seen = _Seen()
    plan = run.plan
    canvas = {
        "mode": plan.mode.name,
        "context": list(plan.context),
        "result": list(plan.result),
        "softness": vars(plan.softness).copy(),
        "fill": plan.fill.value,
        "passes": [_pass_record(each) for each in plan.passes],
        "warnings": list(plan.warnings),
        "choices": None if plan.choices is None else vars(plan.choices).copy(),
        "size": list(run.canvas),
        "ground": seen.place(run.ground[..., :3]),
        "there": None if run.ground[..., 3].min() == 255 else seen.place(run.ground[..., 3]),
        "selection": seen.place(run.selection),
        "noise": None if run.noise is None else seen.place(run.noise),
        "regions": [[seen.place(coverage), words, against] for coverage, words, against in run.regions],
        "controls": [
            {**vars(each.steer), "settings": dict(each.steer.settings), **seen.guided(each)} for each in run.controls
        ],
    }
    text = json.dumps(canvas, separators=(",", ":"))
    return Edit(wish=run.wish.single(0), canvas=text, pixels=tuple(seen.pixels), ways=tuple(ways))


def run_of(edit: Edit) -> EditRun:
    """The edit before its first pass, with all that was seen then. Raises BadInput when the record is damaged."""
    try:
        canvas: dict[str, Any] = json.loads(edit.canvas)
        return _run(canvas, edit)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, RecursionError) as error:
        raise BadInput("The settings stored for this picture are damaged.", details=repr(error)) from error


class _Seen:
    """Pixels by the place at which they are told of; what is the same is kept once."""

    def __init__(self) -> None:
        self.pixels: list[Pixels] = []

    def place(self, array: Array) -> int:
        pixels = Pixels(np.ascontiguousarray(array[..., None] if array.ndim == 2 else array))
        if pixels not in self.pixels:
            self.pixels.append(pixels)
        return self.pixels.index(pixels)

    def guided(self, guiding: Guiding) -> dict[str, Any]:
        return {"ready": guiding.ready, "picture": self.place(guiding.picture)}


def _pass_record(step: Pass) -> dict[str, Any]:
    only = None if step.only is None else list(step.only)
    return {"area": list(step.area), "size": list(step.size), "strength": step.strength, "only": only}


def _run(canvas: Mapping[str, Any], edit: Edit) -> EditRun:
    def plane(place: int) -> Array:
        return edit.pixels[place].array[..., 0]

    place: int = canvas["ground"]
    ground = edit.pixels[place].array
    there = np.full(ground.shape[:2], 255, np.uint8) if canvas["there"] is None else plane(canvas["there"])
    return EditRun(
        plan=_plan(canvas),
        wish=replace(edit.wish, edit=None),
        canvas=Size(*canvas["size"]),
        ground=np.dstack([ground[..., :3], there]),
        selection=plane(canvas["selection"]),
        noise=None if canvas["noise"] is None else plane(canvas["noise"]),
        regions=tuple(Sketch(plane(place), words, against) for place, words, against in canvas["regions"]),
        controls=tuple(_guiding(each, edit.pixels) for each in canvas["controls"]),
        ways=edit.ways,
    )


def _plan(canvas: Mapping[str, Any]) -> EditPlan:
    passes = (
        Pass(
            area=Rect(*each["area"]),
            size=Size(*each["size"]),
            strength=each["strength"],
            only=None if each["only"] is None else Rect(*each["only"]),
        )
        for each in canvas["passes"]
    )
    return EditPlan(
        mode=Mode[canvas["mode"]],
        context=Rect(*canvas["context"]),
        result=Rect(*canvas["result"]),
        softness=Softness(**canvas["softness"]),
        fill=Fill(canvas["fill"]),
        passes=tuple(passes),
        warnings=tuple(canvas["warnings"]),
        choices=None if canvas["choices"] is None else Choices(**canvas["choices"]),
    )


def _guiding(entry: Mapping[str, Any], pixels: Sequence[Pixels]) -> Guiding:
    values: dict[str, Any] = {name: entry[name] for name in Steer.__dataclass_fields__}
    values["settings"] = tuple((str(name), float(value)) for name, value in entry["settings"].items())
    place: int = entry["picture"]
    return Guiding(Steer(**values), pixels[place].array, ready=bool(entry["ready"]))
