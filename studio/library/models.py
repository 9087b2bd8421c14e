"""The weights on this machine, as offered to the artist."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, cast

from studio.library.digests import Digests
from studio.library.families import family
from studio.library.recognition.folder import main_weights, read_json
from studio.library.recognition.recognise import PICKLED, WEIGHTS, DamagedHeader, Recognised, recognise
from studio.library.resources import resource
from studio.request.errors import BadInput, Trouble
from studio.request.family import Defaults, Family, Model, ModelReference
from studio.request.geometry import Size
from studio.request.sampling import Sampler

log = logging.getLogger(__name__)


class Models:
    """All models in the given folders, after the embedded ones.

    folders: searched with their subfolders; nothing in them is changed. Missing ones are fine.
    digests: remembers SHA-256 of weights; without it references carry none.
    """

    def __init__(self, folders: Sequence[Path], digests: Digests | None = None) -> None:
        self._folders = tuple(folders)
        self._digests = digests
        self._models: tuple[Model, ...] | None = None
        self._others: tuple[Recognised, ...] = ()

    def all(self) -> tuple[Model, ...]:
        """Every model that can be used: embedded ones first, then by title. Looked for once; see `refresh`."""
        if self._models is None:
            self.refresh()
        return self._models or ()

    @property
    def others(self) -> tuple[Recognised, ...]:
        """What else was found, each with the reason why it cannot be used as a model."""
        self.all()
        return self._others

    def refresh(self) -> None:
        """Looks through the folders again."""
        found = [recognise(path) for root in self._roots() for path in _candidates(root)]
        embedded = resource("models")
        models: list[Model] = []
        others: list[Recognised] = []
        for each in found:
            if each.usable:
                try:
                    models.append(self._described(each))
                except Trouble as trouble:
                    others.append(Recognised(path=each.path, kind=each.kind, reason=str(trouble)))
            else:
                others.append(each)
        self._models = tuple(
            sorted(models, key=lambda model: (not model.path.is_relative_to(embedded), model.title.lower()))
        )
        self._others = tuple(others)

    def find(self, reference: ModelReference) -> Model:
        """The model that a request names, by its digest if both are known, else by family and name.

        Raises Trouble naming the model when it is not on this machine.
        """
        named = (reference.family, reference.name)
        for model in self.all():
            if reference.digest and model.reference.digest == reference.digest:
                return model
        for model in self.all():
            if (model.reference.family, model.reference.name) == named:
                return model
        raise Trouble(
            f"The model {reference.name!r} is not on this machine.", "Choose another one, or add it to your models."
        )

    def named(self, name: str) -> Model:
        """The model of that name or title, in any case, or at that path. Raises BadInput listing the known ones."""
        wanted = name.strip().lower()
        for model in self.all():
            if wanted in (model.reference.name.lower(), model.title.lower()):
                return model
        path = Path(name).expanduser()
        if os.sep in name and path.exists():
            found = recognise(path.resolve())
            if found.usable:
                return self._described(found)
            raise BadInput(f"{path.name!r} cannot be used as a model. {found.reason}")
        known = ", ".join(model.reference.name for model in self.all()) or "none"
        raise BadInput(f"There is no model called {name!r}.", f"Known are: {known}.")

    def default(self) -> Model:
        """The first embedded model. Raises Trouble when there is no model at all."""
        if models := self.all():
            return models[0]
        raise Trouble("There is no model to make pictures with.", "Install the studio again, or add a model.")

    def _roots(self) -> Iterator[Path]:
        yield resource("models")
        yield from self._folders

    def _described(self, found: Recognised) -> Model:
        name = found.path.stem if found.path.is_file() else found.path.name
        kind = family(found.family).shaped(found.traits, name)
        about = _about(found.path)
        weights = main_weights(found.path)
        digest = self._digests.known(weights) if self._digests and weights else ""
        return Model(
            reference=ModelReference(family=kind.id, name=name, digest=digest or _text(about, "digest")),
            title=_text(about, "title") or name,
            family=kind,
            defaults=_defaults(about.get("defaults"), kind),
            path=found.path,
            about=_text(about, "about"),
            examples=_examples(about),
        )


def _candidates(root: Path) -> Iterator[Path]:
    """Files and folders below `root` that look like weights, in a fixed order."""
    for folder, subfolders, files in os.walk(root):
        here = Path(folder)
        subfolders[:] = sorted(name for name in subfolders if not name.startswith("."))
        if "model_index.json" in files:
            subfolders.clear()
            yield here
            continue
        for name in sorted(files):
            if not name.startswith(".") and name.lower().endswith((*WEIGHTS, *PICKLED)):
                yield here / name


def _about(path: Path) -> dict[str, Any]:
    """What sfumato.json says: in a model's folder, or beside a single file as <stem>.sfumato.json."""
    file = path / "sfumato.json" if path.is_dir() else path.with_suffix(".sfumato.json")
    if not file.is_file():
        return {}
    try:
        return read_json(file)
    except (DamagedHeader, OSError) as error:
        log.warning("%s is ignored: %s", file, error)
        return {}


def _text(about: dict[str, Any], key: str) -> str:
    value = about.get(key)
    return value if isinstance(value, str) else ""


def _examples(about: dict[str, Any]) -> tuple[str, ...]:
    value = about.get("examples")
    if not isinstance(value, list):
        return ()
    return tuple(example for example in cast("list[Any]", value) if isinstance(example, str))


def _defaults(given: Any, kind: Family) -> Defaults:
    """The model's own defaults where it gives good ones, else its family's."""
    plain = Defaults(size=kind.native, steps=kind.steps, guidance=kind.guidance, sampler=kind.sampler)
    if not isinstance(given, dict):
        return plain
    values = cast("dict[str, Any]", given)
    try:
        return Defaults(
            size=Size(*(int(side) for side in values.get("size", plain.size))),
            steps=int(values.get("steps", plain.steps)),
            guidance=float(values.get("guidance", plain.guidance)),
            sampler=Sampler.named(str(values.get("sampler", plain.sampler.name))),
        )
    except (TypeError, ValueError) as error:
        log.warning("defaults of a model are ignored: %r", error)
        return plain
