"""Made again: did the same picture come out, and if not, what is different now?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from studio import __version__
from studio.library.gallery.dialects.values import mapping, text
from studio.library.gallery.record import Own
from studio.request.pixels import Pixels


@dataclass(frozen=True)
class Verdict:
    """differences: what is not as it was, a clause each; they are the likely reasons when it is not identical."""

    identical: bool
    differences: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """What is told to the person."""
        if self.identical:
            return "It came out identical, to the last bit."
        if not self.differences:
            return "It came out different, though nothing that is known has changed."
        return f"It came out different: {'; '.join(self.differences)}."


def compare(
    own: Own,
    made: Pixels,
    model_digest: str = "",
    machine: Mapping[str, str] | None = None,
    replaced: Sequence[str] = (),
) -> Verdict:
    """own: the record of the first time. made: the pixels of the second.

    model_digest: of the weights that were used now, "" when unknown. machine: as noted in files that are written now.
    replaced: what else is another file now, a clause each.
    """
    differences: list[str] = []
    before = text(own.request.get("version")) or ""
    if before and before != __version__:
        differences.append(f"it was made with version {before}, this is {__version__}")
    model = mapping(own.request.get("model"))
    digest = text(model.get("digest")) or ""
    if digest and model_digest and digest != model_digest:
        differences.append(f"the model {text(model.get('name'))} is not the same file")
    differences += replaced
    for name, then in sorted(own.machine.items()):
        now = (machine or {}).get(name, "")
        if then and now and then != now:
            differences.append(f"{name} was {then}, now {now}")
    return Verdict(bool(own.digest) and own.digest == made.digest, tuple(differences))
