"""A request as JSON and back, loss-free: what is embedded in a picture's file and stored in the queue.

Pixels are named by their digest; whoever writes the record keeps them and hands them back on reading.
Unknown keys of newer versions are ignored; missing keys take the field's default.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast

from studio.request.errors import BadInput
from studio.request.family import ModelReference
from studio.request.geometry import Size
from studio.request.pixels import Pixels
from studio.request.request import Attachment, GenerationRequest, Prompt, Region
from studio.request.sampling import Algorithm, Sampler, Schedule

Record = dict[str, Any]
FORMAT = 1
T = TypeVar("T")


def to_record(request: GenerationRequest) -> Record:
    """A dictionary of plain JSON values."""
    return {
        "format": FORMAT,
        "model": vars(request.model).copy(),
        "prompt": vars(request.prompt).copy(),
        "negative": vars(request.negative).copy(),
        "size": list(request.size),
        "steps": request.steps,
        "guidance": request.guidance,
        "sampler": {"algorithm": request.sampler.algorithm.value, "schedule": request.sampler.schedule.value},
        "seed": request.seed,
        "count": request.count,
        "source": _digest(request.source),
        "mask": _digest(request.mask),
        "strength": request.strength,
        "regions": [{"mask": region.mask.digest, "prompt": vars(region.prompt).copy()} for region in request.regions],
        "attachments": [
            {**vars(attachment), "picture": _digest(attachment.picture)} for attachment in request.attachments
        ],
        "throughput": request.throughput,
        "version": request.version,
    }


def pixels_of(request: GenerationRequest) -> dict[str, Pixels]:
    """All pictures a request holds, by digest: what has to be kept beside its record."""
    pictures = [request.source, request.mask]
    pictures += [region.mask for region in request.regions]
    pictures += [attachment.picture for attachment in request.attachments]
    return {picture.digest: picture for picture in pictures if picture is not None}


def from_record(record: Mapping[str, Any], pixels: Callable[[str], Pixels | None]) -> GenerationRequest:
    """The request written as `record`; `pixels` gives the picture of a digest, or None when it is gone.

    Raises BadInput when the record is malformed or a picture it needs is gone.
    """
    try:
        return _from_record(record, pixels)
    except BadInput:
        raise
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadInput("The settings stored for this picture are damaged.", details=repr(error)) from error


def _from_record(record: Mapping[str, Any], pixels: Callable[[str], Pixels | None]) -> GenerationRequest:
    def picture(digest: str | None) -> Pixels | None:
        if digest is None:
            return None
        found = pixels(digest)
        if found is None:
            raise BadInput("A source picture that these settings need is gone.", details=digest)
        return found

    def mask(digest: str) -> Pixels:
        return cast("Pixels", picture(digest))

    sampler = record["sampler"]
    return GenerationRequest(
        model=_build(ModelReference, record["model"]),
        prompt=_build(Prompt, record["prompt"]),
        negative=_build(Prompt, record.get("negative", {"text": ""})),
        size=Size(*(int(side) for side in record["size"])),
        steps=int(record["steps"]),
        guidance=float(record["guidance"]),
        sampler=Sampler(Algorithm(sampler["algorithm"]), Schedule(sampler["schedule"])),
        seed=int(record["seed"]),
        count=int(record.get("count", 1)),
        source=picture(record.get("source")),
        mask=picture(record.get("mask")),
        strength=float(record.get("strength", 1.0)),
        regions=tuple(
            Region(mask=mask(region["mask"]), prompt=_build(Prompt, region["prompt"]))
            for region in record.get("regions", ())
        ),
        attachments=tuple(
            _build(Attachment, {**attachment, "picture": picture(attachment.get("picture"))})
            for attachment in record.get("attachments", ())
        ),
        throughput=bool(record.get("throughput", False)),
        version=str(record.get("version", "")),
    )


def _build(kind: type[T], values: Mapping[str, Any]) -> T:
    known = kind.__dataclass_fields__  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType]
    return kind(**{key: value for key, value in values.items() if key in known})


def _digest(picture: Pixels | None) -> str | None:
    return picture.digest if picture is not None else None
