"""`generate --control`: pictures to follow, in words."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from studio.library.attached import digest_of
from studio.library.models import Models
from studio.library.pictures import read_picture
from studio.request.control import ITSELF, WITH_WEIGHTS, Control
from studio.request.errors import BadInput
from studio.request.family import Model
from studio.request.geometry import Size

if TYPE_CHECKING:
    from studio.document.controlling import Steer
    from studio.document.following import Follower

FORM = "[model=NAME,]picture=FILE[,preprocessor=canny][,weight=1][,start=0][,end=1]"
_NUMBERS = ("weight", "start", "end")


def add_control(parser: argparse.ArgumentParser, *, many: bool = False) -> None:
    """Adds --control. many: it is for every picture of a folder."""
    parser.add_argument(
        "--control",
        action="append",
        default=[],
        metavar=FORM,
        help="a picture to follow, by a ControlNet, T2I-Adapter, Control-LoRA or image prompt adapter, or, "
        "without model=, one that the model itself looks at; may be repeated"
        + many
        * "; without picture= each picture of the folder is followed",
    )


def controls_from(texts: list[str], models: Models, model: Model, size: Size) -> tuple[Control, ...]:
    """The controls that the options describe, their pictures at `size`. Raises BadInput, naming what is wrong."""
    found: list[Control] = []
    for text, each in zip(texts, followers_from(texts, models, model), strict=True):
        if each.picture is None:
            raise BadInput(f"--control {text!r} names no picture.", f"Write {FORM}.")
        found.append(each.control(each.picture, size))
    return tuple(found)


def followers_from(texts: list[str], models: Models, model: Model) -> tuple[Follower, ...]:
    """The same for many pictures; where none is named, each follows the one in hand. Raises BadInput."""
    return tuple(_follower(text, models, model) for text in texts)


def _follower(text: str, models: Models, model: Model) -> Follower:
    from studio.document.controlling import Steer
    from studio.document.following import Follower
    from studio.document.preprocessing import preprocessor

    values = _values(text)
    chosen = preprocessor(values.pop("preprocessor", ""))
    name, file = values.pop("model", ""), values.pop("picture", "")
    numbers = {each: _number(values.pop(each), each) for each in _NUMBERS if each in values}
    known = {each.name for each in chosen.settings}
    settings = tuple((each, _number(value, each)) for each, value in values.items() if each in known)
    if unknown := [each for each in values if each not in known]:
        raise BadInput(f"--control does not know {unknown[0]!r}.", f"Write {FORM}.")
    if not name:
        steer = _itself(text, model, chosen.id, settings)
        if numbers:
            raise BadInput(
                f"--control {text!r}: the model itself looks at it, always in full.", f"Leave out {', '.join(numbers)}."
            )
        return Follower(steer, read_picture(Path(file)) if file else None)
    found = [each for each in models.of_kind(*WITH_WEIGHTS) if each.name.lower() == name.lower()]
    if not found:
        names = ", ".join(each.name for each in models.of_kind(*WITH_WEIGHTS)) or "none"
        raise BadInput(f"There is no control called {name!r}.", f"Known are: {names}.")
    entry = min(found, key=lambda each: each.found.family != model.family.id)
    steer = Steer(
        kind=entry.kind,
        name=entry.name,
        digest=digest_of(entry),
        preprocessor=chosen.id,
        settings=settings,
        weight=numbers.get("weight", 1.0),
        start=numbers.get("start", 0.0),
        end=numbers.get("end", 1.0),
        family=entry.found.family,
    )
    steer.control(steer.shown(np.zeros((8, 8, 3), np.uint8)))  # numbers that cannot be used are told of now
    return Follower(steer, read_picture(Path(file)) if file else None)


def _itself(text: str, model: Model, preparation: str, settings: tuple[tuple[str, float], ...]) -> Steer:
    from studio.document.controlling import Steer

    kind = next((each for each in ITSELF if each in model.family.controls), None)
    if kind is None:
        raise BadInput(f"--control {text!r} names no model.", f"Write {FORM.replace('[model=NAME,]', 'model=NAME,')}.")
    return Steer(kind=kind, preprocessor=preparation, settings=settings)


def _values(text: str) -> dict[str, str]:
    pairs = [part.partition("=") for part in text.split(",")]
    if any(not equals for _, equals, _ in pairs):
        raise BadInput(f"--control {text!r} is not a list of names and values.", f"Write {FORM}.")
    return {name.strip(): value.strip() for name, _, value in pairs}


def _number(text: str, name: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise BadInput(f"--control {name}={text!r} is not a number.") from None
