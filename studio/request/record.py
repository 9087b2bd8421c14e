"""A request as JSON and back, loss-free: what is embedded in a picture's file and stored in the queue.

Pixels are named by their digest; whoever writes the record keeps them and hands them back on reading.
Unknown keys of newer versions are ignored; missing keys take the field's default.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast

from studio.request.control import Control
from studio.request.course import Branch, Turn, Variation
from studio.request.errors import BadInput
from studio.request.family import ModelReference
from studio.request.geometry import Size
from studio.request.passes import Edit, Part, Way
from studio.request.pixels import Pixels
from studio.request.request import Attachment, GenerationRequest, Prompt, Region
from studio.request.sampling import Algorithm, Sampler, Schedule
from studio.request.upscaling import Method, Upscale

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
        "regions": [_region_record(region) for region in request.regions],
        "attachments": [vars(attachment).copy() for attachment in request.attachments],
        **({"controls": [_control_record(control) for control in request.controls]} if request.controls else {}),
        "throughput": request.throughput,
        **({"shortcuts": True} if request.shortcuts else {}),
        **({"origin": request.origin} if request.origin else {}),
        "version": request.version,
        **_course_of(request),
        **_edit_of(request),
    }


def _region_record(region: Region) -> Record:
    """What a region has in common with the whole picture is left out."""
    record: Record = {"mask": region.mask.digest, "prompt": vars(region.prompt).copy()}
    if region.negative is not None:
        record["negative"] = vars(region.negative).copy()
    if region.attachments:
        record["attachments"] = [vars(attachment).copy() for attachment in region.attachments]
    return record


def _control_record(control: Control) -> Record:
    record = {**vars(control), "settings": dict(control.settings), "picture": control.picture.digest}
    return record if control.origin else {name: value for name, value in record.items() if name != "origin"}


def of_itself(record: Mapping[str, Any]) -> Record:
    """The record without what changes nothing of what it makes, damaged or not.

    That is where its pictures came from, and what else is done with the one that it makes.
    """
    kept = {name: value for name, value in record.items() if name not in ("origin", "part", "edit")}
    controls, branch = kept.get("controls"), kept.get("branch")
    if isinstance(controls, list):
        each = cast("list[Any]", controls)
        kept["controls"] = [of_itself(cast("Record", one)) if isinstance(one, dict) else one for one in each]
    if isinstance(branch, dict) and isinstance(parent := cast("Record", branch).get("parent"), dict):
        kept["branch"] = {**cast("Record", branch), "parent": of_itself(cast("Record", parent))}
    return kept


def key_of(request: GenerationRequest) -> str:
    """A name of what makes a picture: 64 hexadecimal digits, the same for requests that make the same one."""
    text = json.dumps(of_itself(to_record(request)), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _course_of(request: GenerationRequest) -> Record:
    """Variation, branch, steering, stop and upscale, as far as there are any."""
    course: Record = {}
    if request.upscale is not None:
        course["upscale"] = vars(request.upscale).copy()
    if request.variation is not None:
        course["variation"] = vars(request.variation).copy()
    if request.branch is not None:
        course["branch"] = {**vars(request.branch), "parent": to_record(request.branch.parent)}
    if request.steering:
        course["steering"] = [turn_to_record(turn) for turn in request.steering]
    if request.stop_at:
        course["stop_at"] = request.stop_at
    return course


def _edit_of(request: GenerationRequest) -> Record:
    """The pass that it is, and those after it, as far as there are any."""
    found: Record = {}
    if request.part is not None:
        found["part"] = vars(request.part).copy()
    if request.edit is not None:
        edit = request.edit
        found["edit"] = {
            "wish": to_record(edit.wish),
            "canvas": edit.canvas,
            "pixels": [each.digest for each in edit.pixels],
            "ways": [
                {"steering": [turn_to_record(turn) for turn in way.steering], "stop_at": way.stop_at}
                for way in edit.ways
            ],
        }
    return found


def turn_to_record(turn: Turn) -> Record:
    """A change on the way as plain JSON values; what it leaves alone is left out."""
    record: Record = {"step": turn.step}
    for name in ("prompt", "negative"):
        prompt: Prompt | None = getattr(turn, name)
        if prompt is not None:
            record[name] = vars(prompt).copy()
    if turn.guidance is not None:
        record["guidance"] = turn.guidance
    if turn.mask is not None:
        record["mask"] = turn.mask.digest
    return record


def pixels_of(request: GenerationRequest) -> dict[str, Pixels]:
    """All pictures a request holds, by digest: what has to be kept beside its record."""
    pictures = [request.source, request.mask]
    pictures += [region.mask for region in request.regions]
    pictures += [control.picture for control in request.controls]
    pictures += [turn.mask for turn in request.steering]
    if request.edit is not None:
        pictures += [*request.edit.pixels, *(turn.mask for way in request.edit.ways for turn in way.steering)]
    found = {picture.digest: picture for picture in pictures if picture is not None}
    return found if request.branch is None else {**pixels_of(request.branch.parent), **found}


def named_pixels(record: Mapping[str, Any]) -> tuple[str, ...]:
    """Digests of all pictures that a record names, however damaged it is."""
    found: list[Any] = []
    while True:
        found += [record.get("source"), record.get("mask")]
        for name, key in (("regions", "mask"), ("controls", "picture"), ("steering", "mask")):
            found += [each.get(key) for each in _objects(record.get(name))]
        found += _named_by_edit(record.get("edit"))
        branch = record.get("branch")
        parent = cast("Record", branch).get("parent") if isinstance(branch, dict) else None
        if not isinstance(parent, dict):
            return tuple(dict.fromkeys(each for each in found if isinstance(each, str) and each))
        record = cast("Record", parent)


def _named_by_edit(edit: Any) -> list[Any]:
    if not isinstance(edit, dict):
        return []
    values = cast("Record", edit)
    pixels = values.get("pixels")
    turns = [turn for way in _objects(values.get("ways")) for turn in _objects(way.get("steering"))]
    named = cast("list[Any]", pixels) if isinstance(pixels, list) else []
    return [*named, *(turn.get("mask") for turn in turns)]


def _objects(values: Any) -> list[Record]:
    """Those of a list, whatever else is in it or in its place."""
    each = cast("list[Any]", values) if isinstance(values, list) else []
    return [cast("Record", value) for value in each if isinstance(value, dict)]


def from_record(record: Mapping[str, Any], pixels: Callable[[str], Pixels | None]) -> GenerationRequest:
    """The request written as `record`; `pixels` gives the picture of a digest, or None when it is gone.

    Raises BadInput when the record is malformed or a picture it needs is gone.
    """
    return _understood(lambda: _from_record(record, pixels))


def turn_from_record(record: Mapping[str, Any], pixels: Callable[[str], Pixels | None]) -> Turn:
    """The change written as `record`. Raises BadInput as `from_record` does."""
    return _understood(lambda: _turn(record, pixels))


def _understood(read: Callable[[], T]) -> T:
    try:
        return read()
    except BadInput:
        raise
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise BadInput("The settings stored for this picture are damaged.", details=repr(error)) from error


def _from_record(record: Mapping[str, Any], pixels: Callable[[str], Pixels | None]) -> GenerationRequest:
    def picture(digest: str | None) -> Pixels | None:
        return None if digest is None else _found(pixels, digest)

    def needed(digest: str) -> Pixels:
        return _found(pixels, digest)

    sampler, variation, branch = record["sampler"], record.get("variation"), record.get("branch")
    part, edit = record.get("part"), record.get("edit")
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
        regions=tuple(_region(region, needed(region["mask"])) for region in record.get("regions", ())),
        attachments=_attachments(record),
        controls=tuple(_control(control, needed) for control in record.get("controls", ())),
        variation=None if variation is None else _variation(variation),
        branch=None if branch is None else _branch(branch, pixels),
        steering=tuple(_turn(turn, pixels) for turn in record.get("steering", ())),
        stop_at=int(record.get("stop_at", 0)),
        upscale=None if (upscale := record.get("upscale")) is None else _upscale(upscale),
        throughput=bool(record.get("throughput", False)),
        shortcuts=bool(record.get("shortcuts", False)),
        origin=str(record.get("origin", "")),
        part=None if part is None else _build(Part, part),
        edit=None if edit is None else _edit(edit, pixels),
        version=str(record.get("version", "")),
    )


def _region(record: Mapping[str, Any], mask: Pixels) -> Region:
    negative = record.get("negative")
    return Region(
        mask=mask,
        prompt=_build(Prompt, record["prompt"]),
        negative=None if negative is None else _build(Prompt, negative),
        attachments=_attachments(record),
    )


def _attachments(record: Mapping[str, Any]) -> tuple[Attachment, ...]:
    return tuple(_build(Attachment, attachment) for attachment in record.get("attachments", ()))


def _control(record: Mapping[str, Any], pixels: Callable[[str], Pixels]) -> Control:
    settings = tuple((str(name), float(value)) for name, value in record.get("settings", {}).items())
    return _build(Control, {**record, "settings": settings, "picture": pixels(record["picture"])})


def _variation(record: Mapping[str, Any]) -> Variation:
    return Variation(seed=int(record["seed"]), strength=float(record["strength"]))


def _upscale(record: Mapping[str, Any]) -> Upscale:
    return Upscale(
        method=Method(record["method"]), network=str(record.get("network", "")), digest=str(record.get("digest", ""))
    )


def _branch(record: Mapping[str, Any], pixels: Callable[[str], Pixels | None]) -> Branch:
    parent = _from_record(record["parent"], pixels)
    return Branch(parent=parent, step=int(record["step"]), fresh=float(record.get("fresh", 0)))


def _edit(record: Mapping[str, Any], pixels: Callable[[str], Pixels | None]) -> Edit:
    ways = (
        Way(steering=tuple(_turn(turn, pixels) for turn in way["steering"]), stop_at=int(way["stop_at"]))
        for way in record["ways"]
    )
    return Edit(
        wish=_from_record(record["wish"], pixels),
        canvas=str(record["canvas"]),
        pixels=tuple(_found(pixels, str(digest)) for digest in record["pixels"]),
        ways=tuple(ways),
    )


def _turn(record: Mapping[str, Any], pixels: Callable[[str], Pixels | None]) -> Turn:
    guidance, mask = record.get("guidance"), record.get("mask")
    words = {name: _build(Prompt, record[name]) for name in ("prompt", "negative") if name in record}
    return Turn(
        step=int(record["step"]),
        guidance=None if guidance is None else float(guidance),
        mask=None if mask is None else _found(pixels, mask),
        **words,
    )


def _found(pixels: Callable[[str], Pixels | None], digest: str) -> Pixels:
    found = pixels(digest)
    if found is None:
        raise BadInput("A source picture that these settings need is gone.", details=digest)
    return found


def _build(kind: type[T], values: Mapping[str, Any]) -> T:
    known = kind.__dataclass_fields__  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType]
    return kind(**{key: value for key, value in values.items() if key in known})


def _digest(picture: Pixels | None) -> str | None:
    return picture.digest if picture is not None else None
