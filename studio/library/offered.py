"""Models as they are offered to the artist: from what was found, what it says of itself, and what the person says."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from studio.library.entry import Entry, name_of
from studio.library.families import family
from studio.library.notes import Notes
from studio.library.parts import Found
from studio.library.recognition.folder import OWN, read_json
from studio.library.recognition.header import DamagedHeader
from studio.library.recognition.recognised import Recognised
from studio.request.errors import BadInput
from studio.request.family import Defaults, Family, Model, ModelReference
from studio.request.geometry import Size
from studio.request.sampling import Sampler

log = logging.getLogger(__name__)


def described(found: Recognised, notes: Notes, parts: Found, digest: str) -> Model:
    """Raises BadInput when nothing here can run its family."""
    name = name_of(found.path, folder=found.format == "diffusers")
    kind = family(found.family).shaped((*found.traits, *(("zero-snr",) if found.zero_snr else ())), name)
    about = _about(found.path)
    return Model(
        reference=ModelReference(family=kind.id, name=name, digest=digest or _text(about, "digest")),
        title=_text(about, "title") or name,
        family=kind,
        defaults=_noted(_defaults(about.get("defaults"), kind), notes),
        path=found.path,
        traits=found.traits,
        parts=parts,
        about=_text(about, "about") or found.about,
        examples=_examples(about),
    )


def with_own_names(entries: list[Entry]) -> list[Entry]:
    """Models of one family that have the same name also get that of their folder, so that a request means one."""
    names: dict[tuple[str, str], int] = {}
    for each in entries:
        if each.model is not None:
            key = (each.model.reference.family, each.model.reference.name)
            names[key] = names.get(key, 0) + 1
    return [_renamed(each) if each.model is not None and _twice(each.model, names) else each for each in entries]


def _twice(model: Model, names: Mapping[tuple[str, str], int]) -> bool:
    return names[model.reference.family, model.reference.name] > 1


def _renamed(entry: Entry) -> Entry:
    if entry.model is None or entry.embedded:
        return entry
    name = f"{entry.path.parent.name}/{entry.model.reference.name}"
    title = name if entry.model.title == entry.model.reference.name else entry.model.title
    return replace(entry, model=replace(entry.model, reference=replace(entry.model.reference, name=name), title=title))


def _about(path: Path) -> dict[str, Any]:
    """What sfumato.json says: in a model's folder, or beside a single file as <stem>.sfumato.json."""
    file = path / OWN if path.is_dir() else path.with_suffix(f".{OWN}")
    if not file.is_file():
        return {}
    try:
        return read_json(file)
    except (DamagedHeader, OSError) as error:
        log.warning("%s is ignored: %s", file, error)
        return {}


def _text(about: Mapping[str, Any], key: str) -> str:
    value = about.get(key)
    return value if isinstance(value, str) else ""


def _examples(about: Mapping[str, Any]) -> tuple[str, ...]:
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


def _noted(defaults: Defaults, notes: Notes) -> Defaults:
    """With what the person wants instead; a size or sampler that cannot be is passed over."""
    if notes.steps is not None:
        defaults = replace(defaults, steps=max(1, notes.steps))
    if notes.guidance is not None:
        defaults = replace(defaults, guidance=float(notes.guidance))
    if size := size_of(notes.size):
        defaults = replace(defaults, size=size)
    if notes.sampler:
        with suppress(BadInput):  # of another version, perhaps
            defaults = replace(defaults, sampler=Sampler.named(notes.sampler))
    return defaults


def size_of(text: str) -> Size | None:
    """A size as people write it, or None.

    >>> size_of("1024 x 768"), size_of("large")
    (Size(width=1024, height=768), None)
    """
    found = re.fullmatch(r"\s*(\d{2,5})\s*[x×]\s*(\d{2,5})\s*(?:px)?\s*", text)
    return Size(int(found[1]), int(found[2])) if found else None
