"""X/Y/Z grids: one request, two or three of its parameters in all combinations. Pure; no pixels are looked at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from itertools import product

from studio.document.resolve import fitted
from studio.request.errors import BadInput
from studio.request.family import Model
from studio.request.geometry import Size
from studio.request.request import LARGEST_SEED, GenerationRequest
from studio.request.sampling import Sampler

MOST = 400  # pictures of one grid
MOST_AXES = 3


class Kind(Enum):
    """What can be varied. The value is (name, title, what to type)."""

    SEED = ("seed", "Seed", "numbers: 1, 2, 3, or a range: 1-4")
    STEPS = ("steps", "Steps", "numbers: 10, 20, 30")
    GUIDANCE = ("guidance", "Guidance", "numbers: 1, 2, 4.5")
    STRENGTH = ("strength", "Strength", "percent: 30, 50, 70")
    SAMPLER = ("sampler", "Sampler", "names: Euler a, DPM++ 2M Karras")
    PROMPT = ("prompt", "Prompt", "words of the prompt, then what comes in their place: dawn, noon, night")
    MODEL = ("model", "Model", "names of models")
    SIZE = ("size", "Size", "width x height: 256x256, 384x256")

    @property
    def title(self) -> str:
        return self.value[1]

    @property
    def hint(self) -> str:
        return self.value[2]

    @classmethod
    def named(cls, name: str) -> Kind:
        """Raises BadInput when there is none."""
        for kind in cls:
            if kind.value[0] == name.strip().lower():
                return kind
        known = ", ".join(kind.value[0] for kind in cls)
        raise BadInput(f"A grid cannot be made over {name!r}.", f"Choose from {known}.")


@dataclass(frozen=True)
class Axis:
    """values: as typed, one for each row or column."""

    kind: Kind
    values: tuple[str, ...]

    @classmethod
    def typed(cls, kind: Kind, text: str) -> Axis:
        """From what a person types: values between commas, and ranges of whole numbers. Raises BadInput."""
        values = tuple(each for part in text.split(",") if part.strip() for each in _each(kind, part.strip()))
        if not values:
            raise BadInput(f"There are no values for {kind.title.lower()}.", f"Type {kind.hint}.")
        return cls(kind, values)

    @property
    def labels(self) -> tuple[str, ...]:
        if self.kind is Kind.PROMPT:
            return self.values
        unit = " %" if self.kind is Kind.STRENGTH else ""
        return tuple(f"{self.kind.title} {value}{unit}" for value in self.values)


@dataclass(frozen=True)
class Cell:
    """place: index on each axis."""

    request: GenerationRequest
    place: tuple[int, ...]


def cells(base: GenerationRequest, axes: Sequence[Axis], models: Sequence[Model]) -> tuple[Cell, ...]:
    """A request (count 1) for each combination, the last axis slowest: x, y, z. Raises BadInput for what cannot be."""
    if not 1 <= len(axes) <= MOST_AXES:
        raise BadInput(f"A grid has one to {MOST_AXES} axes.")
    if len({axis.kind for axis in axes}) < len(axes):
        raise BadInput("Two axes of the grid are the same.", "Choose another parameter for one of them.")
    count = 1
    for axis in axes:
        count *= len(axis.values)
    if count > MOST:
        raise BadInput(f"This grid would have {count} pictures; at most {MOST} can be made at once.")
    base = base.single(0)
    found: list[Cell] = []
    order = sorted(range(len(axes)), key=lambda index: axes[index].kind is not Kind.MODEL)  # models change seldom
    places = product(*(range(len(axis.values)) for axis in reversed(axes)))
    for backwards in places:
        place = tuple(reversed(backwards))
        request = base
        for index in order:
            axis = axes[index]
            request = _CHANGES[axis.kind](request, axis, axis.values[place[index]], models)
        found.append(Cell(request, place))
    return tuple(found)


def _each(kind: Kind, part: str) -> list[str]:
    """A value, or all of a range."""
    first, dash, last = part.partition("-")
    if kind in (Kind.SEED, Kind.STEPS) and dash and first.strip().isdigit() and last.strip().isdigit():
        low, high = int(first), int(last)
        if not low <= high < low + MOST:
            raise BadInput(f"The range {part} cannot be used.")
        return [str(number) for number in range(low, high + 1)]
    return [part]


def _number(value: str, kind: Kind) -> float:
    try:
        return float(value.rstrip(" %"))
    except ValueError:
        raise BadInput(f"{value!r} is no number for {kind.title.lower()}.", f"Type {kind.hint}.") from None


def _whole(value: str, kind: Kind) -> int:
    if not value.isdigit():
        raise BadInput(f"{value!r} is no whole number for {kind.title.lower()}.", f"Type {kind.hint}.")
    return int(value)


_Change = Callable[[GenerationRequest, Axis, str, Sequence[Model]], GenerationRequest]


def _seed(request: GenerationRequest, axis: Axis, value: str, models: Sequence[Model]) -> GenerationRequest:
    return replace(request, seed=min(_whole(value, axis.kind), LARGEST_SEED + 1))


def _steps(request: GenerationRequest, axis: Axis, value: str, models: Sequence[Model]) -> GenerationRequest:
    return replace(request, steps=_whole(value, axis.kind))


def _guidance(request: GenerationRequest, axis: Axis, value: str, models: Sequence[Model]) -> GenerationRequest:
    return replace(request, guidance=_number(value, axis.kind))


def _strength(request: GenerationRequest, axis: Axis, value: str, models: Sequence[Model]) -> GenerationRequest:
    if request.source is None:
        raise BadInput("Strength means nothing without a picture to start from.", "Put one on the canvas first.")
    return replace(request, strength=_number(value, axis.kind) / 100)


def _sampler(request: GenerationRequest, axis: Axis, value: str, models: Sequence[Model]) -> GenerationRequest:
    sampler = Sampler.named(value)
    family = next((model.family for model in models if model.reference == request.model), None)
    if family is not None and sampler not in family.samplers:
        raise BadInput(f"{family.title} cannot use the sampler {sampler.name}.")
    return replace(request, sampler=sampler)


def _prompt(request: GenerationRequest, axis: Axis, value: str, models: Sequence[Model]) -> GenerationRequest:
    wanted, prompt = axis.values[0], request.prompt
    if wanted not in prompt.text:
        raise BadInput(f"The words {wanted!r} are not in the prompt.", "Begin with words that are in it.")
    text, raw = prompt.text.replace(wanted, value), prompt.raw.replace(wanted, value)
    return replace(request, prompt=replace(prompt, text=text, raw=raw))


def _model(request: GenerationRequest, axis: Axis, value: str, models: Sequence[Model]) -> GenerationRequest:
    names = {each.casefold(): model for model in models for each in (model.reference.name, model.title)}
    model = names.get(value.casefold())
    if model is None:
        raise BadInput(f"There is no model called {value!r}.", f"There are {', '.join(m.title for m in models)}.")
    fits = request.sampler in model.family.samplers
    return replace(request, model=model.reference, sampler=request.sampler if fits else model.defaults.sampler)


def _size(request: GenerationRequest, axis: Axis, value: str, models: Sequence[Model]) -> GenerationRequest:
    width, _, height = value.lower().replace("×", "x").partition("x")
    if request.source is not None:
        raise BadInput("With a picture to start from the size is that of the picture.", "Choose another parameter.")
    size = Size(_whole(width.strip(), axis.kind), _whole(height.strip(), axis.kind))
    controls = (each if each.refers else replace(each, picture=fitted(each.picture, size)) for each in request.controls)
    return replace(request, size=size, controls=tuple(controls))


_CHANGES: dict[Kind, _Change] = {
    Kind.SEED: _seed,
    Kind.STEPS: _steps,
    Kind.GUIDANCE: _guidance,
    Kind.STRENGTH: _strength,
    Kind.SAMPLER: _sampler,
    Kind.PROMPT: _prompt,
    Kind.MODEL: _model,
    Kind.SIZE: _size,
}
