"""Pictures that steer, before a request is made of them: cut as the pass of an edit sees the canvas, then prepared."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from studio.document.preprocessing import preprocessor
from studio.request.control import BY_ITSELF, ByKind, Control
from studio.request.family import Family
from studio.request.pixels import Array, Pixels


@dataclass(frozen=True, kw_only=True)
class Steer(ByKind):
    """How a picture steers: a `Control` without its picture.

    name: "" while no weights are chosen, and where none are needed.
    family: of models that the weights go with, "" when that is not known.
    origin: digest of the picture that came in to be followed, "" when it did not come from a file.
    """

    kind: str = "controlnet"
    name: str = ""
    digest: str = ""
    preprocessor: str = ""
    settings: tuple[tuple[str, float], ...] = ()
    weight: float = 1.0
    start: float = 0.0
    end: float = 1.0
    family: str = ""
    origin: str = ""

    def goes_with(self, family: Family) -> bool:
        """Whether it can steer models of a family."""
        return (bool(self.name) or self.itself) and self.kind in family.controls and self.family in ("", family.id)

    @property
    def title(self) -> str:
        """Of its weights, in a sentence; "" while none are chosen."""
        return BY_ITSELF if self.itself else self.name

    def setting(self, name: str, value: float) -> Steer:
        """The same with a setting of its preprocessor changed."""
        return replace(self, settings=tuple({**dict(self.settings), name: value}.items()))

    def shown(self, picture: Array) -> Pixels:
        """What the network sees of a picture (RGB, or RGBA with straight alpha)."""
        return Pixels(preprocessor("" if self.refers else self.preprocessor).of(picture, dict(self.settings)))

    def control(self, picture: Pixels) -> Control:
        """With a picture as the network sees it. Raises BadInput for values that cannot be used."""
        settings = preprocessor(self.preprocessor).filled(dict(self.settings))
        return Control(
            kind=self.kind,
            name=self.name,
            digest=self.digest,
            picture=picture,
            preprocessor=self.preprocessor,
            settings=tuple(settings.items()),
            weight=self.weight,
            start=self.start,
            end=self.end,
            origin=self.origin,
        )

    @classmethod
    def of(cls, control: Control) -> Steer:
        """How a control of a request steers."""
        return cls(**{name: getattr(control, name) for name in cls.__dataclass_fields__ if hasattr(control, name)})


@dataclass(frozen=True)
class Guiding:
    """A picture with how it steers.

    picture: of an area of the canvas, uint8, height × width × 3 or 4; of a reference, the whole picture.
    ready: it is what the network sees already.
    """

    steer: Steer
    picture: Array
    ready: bool = False

    def cut(self, part: Callable[[Array], Array]) -> Guiding:
        """The same for another area; a reference is looked at as a whole wherever the edit is."""
        return self if self.steer.refers else replace(self, picture=part(self.picture))

    def seen(self) -> Pixels:
        """What the network sees of the picture as it is cut now."""
        array = np.ascontiguousarray(self.picture)
        return Pixels(array) if self.ready else self.steer.shown(array)

    def control(self) -> Control:
        """Of the picture as it is cut now."""
        return self.steer.control(self.seen())


def guiding_of(controls: Sequence[Control]) -> tuple[Guiding, ...]:
    """The controls of a request, to be cut for the passes of an edit."""
    return tuple(Guiding(Steer.of(each), each.picture.array, ready=True) for each in controls)
