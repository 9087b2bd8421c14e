"""Which files make up a model whose parts lie in several."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from studio.library.families import FAMILIES
from studio.library.recognition.recognised import Recognised
from studio.library.recognition.verdict import PARTS, form_of, lacking_in, needed, needs_text
from studio.library.signs import SIGNS
from studio.library.signs.sign import Part

__all__ = ["Found", "completed", "needed"]

Found = tuple[tuple[str, Path], ...]  # role → file


Store = Mapping[tuple[str, str], Sequence[Recognised]]
"""Files that there are, by kind and variant."""


def store_of(others: Iterable[Recognised]) -> Store:
    """So that with thousands of files each part is sought among a few."""
    store: dict[tuple[str, str], list[Recognised]] = {}
    for each in others:
        store.setdefault((each.kind, each.variant), []).append(each)
    return store


def completed(found: Recognised, others: Store) -> tuple[Recognised, Found, tuple[Part, ...]]:
    """A model with the files of the parts that it lacks, and the parts that none of the others is.

    It can be used (has no reason) when nothing is lacking any more.
    """
    parts = lacking_in(found)
    kind = FAMILIES.get(found.family)
    if not parts or kind is None or PARTS not in kind.formats or form_of(found, kind):
        return found, (), ()
    files: list[tuple[str, Path]] = []
    lacking: list[Part] = []
    for part in parts:
        best = min(_those(others, part, found.family), key=_preference, default=None)
        if best is not None:
            files.append((part.role, best.path))
        else:
            lacking.append(part)
    return replace(found, reason=needs_text(lacking) if lacking else ""), tuple(files), tuple(lacking)


def _those(others: Store, part: Part, family: str) -> Iterator[Recognised]:
    """Files that are the part. Codecs of one shape differ, so theirs must be of the family or of one that shares the
    very file.
    """
    fitting = others.get((part.kind, part.variant), ())
    if part.kind != "vae":
        yield from fitting
        return
    families = {family, *_sharing(part)}
    yield from (each for each in fitting if each.family in families)


def _sharing(part: Part) -> Iterable[str]:
    if not part.file:
        return ()
    return {
        each.family for each in SIGNS if any((p.repository, p.file) == (part.repository, part.file) for p in each.parts)
    }


def _preference(each: Recognised) -> tuple[bool, int]:
    return each.format == "gguf", each.size
