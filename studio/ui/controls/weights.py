"""The control weights on this machine that go with a family of models, and what is lacking."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from studio.document.controlling import Steer
from studio.document.preprocessing import likely
from studio.library.attached import digest_of
from studio.library.entry import Entry
from studio.request.control import BY_ITSELF, ITSELF, REFERENCE, SEEN
from studio.request.errors import Trouble
from studio.request.family import Family


class Shelf(Protocol):
    """What is asked of `library.models.Models`."""

    def of_kind(self, *kinds: str) -> tuple[Entry, ...]: ...

    def image_encoder(self, adapter: Path, name: str) -> Path: ...


@dataclass(frozen=True)
class Weights:
    """A file of control weights, as it is chosen."""

    kind: str
    name: str
    digest: str
    family: str
    path: Path

    @property
    def refers(self) -> bool:
        return self.kind in (REFERENCE, SEEN)

    @property
    def title(self) -> str:
        """As it is offered."""
        return self.name or BY_ITSELF[0].upper() + BY_ITSELF[1:]

    def put_on(self, steer: Steer) -> Steer:
        """The same wish with these weights; the preprocessor follows their name where it was left to that."""
        before, after = likely(steer.name).id, likely(self.name).id
        chosen = after if steer.preprocessor == before or not steer.name else steer.preprocessor
        return replace(
            steer,
            kind=self.kind,
            name=self.name,
            digest=self.digest,
            family=self.family,
            preprocessor="" if self.refers else chosen,
            settings=steer.settings if chosen == steer.preprocessor else (),
        )


class ControlWeights:
    """Asks the models anew each time: files come and go."""

    def __init__(self, models: Shelf) -> None:
        self._models = models

    def fitting(self, family: Family) -> list[Weights]:
        """The model itself where it can; then by name those of one family only, or of none that is known."""
        kinds = sorted(family.controls.difference(ITSELF))
        entries = self._models.of_kind(*kinds) if kinds else ()
        found = [_weights(each) for each in entries if each.found.family in ("", family.id)]
        itself = [Weights(kind, "", "", "", Path()) for kind in ITSELF if kind in family.controls]
        return [*itself, *sorted(found, key=lambda each: each.name.lower())]

    def lacking(self, steer: Steer, family: Family) -> str:
        """Why this control would not count for models of the family, and what helps; "" when it would."""
        if not family.controls:
            return cannot(family)
        if steer.itself:
            return "" if steer.goes_with(family) else f"{family.title} itself does not do that, so it is left out."
        if not steer.name:
            return "" if self.fitting(family) else self.none_here(family)
        found = [each for each in self.fitting(family) if (each.kind, each.name) == (steer.kind, steer.name)]
        if not steer.goes_with(family):
            return f"{steer.name} does not go with {family.title}, so it is left out."
        if not found:
            return f"{steer.name} is not on this machine any more."
        if found[0].refers:
            try:
                self._models.image_encoder(found[0].path, steer.name)
            except Trouble as trouble:
                return str(trouble)
        return ""

    def none_here(self, family: Family) -> str:
        """Where weights are to be had."""
        where = f" Get some from {family.controls_from}, then add the file." if family.controls_from else ""
        return f"There are no control weights for {family.title} among your models.{where}"

    def first(self, family: Family, *, refers: bool, wish: str = "") -> Weights | None:
        """What a new control begins with: the model itself, else weights that want the wished preparation."""
        fitting = [each for each in self.fitting(family) if each.refers == refers]
        return min(fitting, key=lambda each: bool(each.name) and likely(each.name).id != wish, default=None)


def can(family: Family, *, refers: bool) -> bool:
    """Whether models of a family can be given pictures to be like (refers), or to follow place by place."""
    like = family.controls & {REFERENCE, SEEN}
    return bool(like if refers else family.controls - like)


def cannot(family: Family) -> str:
    """Said instead of offering what there are no weights for."""
    if family.controls:
        return f"{family.title} cannot be given such a picture. Choose another model, or see what else it can follow."
    return f"{family.title} cannot follow pictures: there are no control weights for it. Choose another model."


def _weights(entry: Entry) -> Weights:
    return Weights(entry.kind, entry.name, digest_of(entry), entry.found.family, entry.path)
