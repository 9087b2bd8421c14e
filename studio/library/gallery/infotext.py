"""A1111 "infotext": how most programs of this field write their settings as text, and read them.

    prompt, over any number of lines
    Negative prompt: over any number of lines
    Steps: 20, Sampler: Euler a, Schedule type: Karras, CFG scale: 7, Seed: 1, Size: 512x768, ...

The last line holds parameters if there are at least three. It cannot say everything (a prompt with a line
"Negative prompt:" is lost), so it is written for others, beside a record of our own that is loss-free.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator

from studio import __version__
from studio.library.gallery.metadata import Metadata
from studio.request.request import GenerationRequest
from studio.request.sampling import Schedule

LONGEST = 500_000  # characters of a parameter line; nobody writes more
FEWEST = 3  # parameters that make a line a parameter line
NEGATIVE = "Negative prompt:"
_SCHEDULES = {Schedule.SGM_UNIFORM: "SGM Uniform"}
_KEY = re.compile(r"[ \-/]*(\w[\w \-/]+)")
_QUOTED = re.compile(r'"(?:\\.|[^\\"])+"(?=,|$)')
_SIZE = re.compile(r"(\d+)x(\d+)")


def write_infotext(request: GenerationRequest) -> str:
    """The settings of a picture as others read them, Civitai's hashes included."""
    loras = [attachment for attachment in request.attachments if attachment.kind == "lora"]
    named = "".join(f" <lora:{lora.name}:{number(lora.weight)}>" for lora in loras)
    parameters: list[tuple[str, str]] = [
        ("Steps", str(request.steps)),
        ("Sampler", request.sampler.algorithm.value),
        ("Schedule type", _SCHEDULES.get(request.sampler.schedule, request.sampler.schedule.value)),
        ("CFG scale", number(request.guidance)),
        ("Seed", str(request.seed)),
        ("Size", f"{request.size.width}x{request.size.height}"),
        ("Model hash", request.model.digest[:10]),  # AutoV2: SHA-256 of the file
        ("Model", request.model.name),
        ("Variation seed", str(request.variation.seed) if request.variation is not None else ""),
        ("Variation seed strength", number(request.variation.strength) if request.variation is not None else ""),
        ("Denoising strength", number(request.strength) if request.source is not None else ""),
        ("Mask mode", "Inpaint masked" if request.mask is not None else ""),
        *_controls(request),
        ("Lora hashes", ", ".join(f"{_bare(lora.name)}: {lora.digest[:12]}" for lora in loras if lora.digest)),
        ("RNG", "CPU"),
        ("Version", f"Sfumato {request.version or __version__}"),
    ]
    lines = [request.prompt.text + named]
    if request.negative.text:
        lines.append(f"{NEGATIVE} {request.negative.text}")
    lines.append(join_parameters((key, value) for key, value in parameters if value))
    return "\n".join(lines).strip().replace("\0", " ").encode("utf-8", "replace").decode()


def _controls(request: GenerationRequest) -> list[tuple[str, str]]:
    """Pictures that were followed, as the ControlNet extension of A1111 writes them."""
    return [
        (
            f"ControlNet {at}",
            f"Module: {each.preprocessor or 'none'}, Model: {each.title}, Weight: {number(each.weight)}, "
            f"Guidance Start: {number(each.start)}, Guidance End: {number(each.end)}",
        )
        for at, each in enumerate(request.controls)
    ]


def infotext_of(metadata: Metadata) -> str:
    """The infotext that a picture brought along, or one with what is known of it; "" when nothing is."""
    for keyword in ("parameters", "UserComment"):
        text = metadata.raw.get(keyword, "")
        if text and len(list(parameters_of(text.strip().rsplit("\n", 1)[-1]))) >= FEWEST:
            return text
    if metadata.prompt is None:
        return ""
    known: list[tuple[str, object]] = [
        ("Steps", metadata.steps),
        ("Sampler", metadata.sampler),
        ("CFG scale", None if metadata.guidance is None else number(metadata.guidance)),
        ("Seed", metadata.seed),
        ("Size", f"{metadata.width}x{metadata.height}"),
        ("Model hash", metadata.model_hash or None),
        ("Model", metadata.model),
        ("Denoising strength", None if metadata.strength is None else number(metadata.strength)),
    ]
    lines = [metadata.prompt, *([f"{NEGATIVE} {metadata.negative}"] if metadata.negative else [])]
    lines.append(join_parameters((key, str(value)) for key, value in known if value is not None))
    return "\n".join(lines)


def join_parameters(parameters: Iterable[tuple[str, str]]) -> str:
    """`key: value` items; values with a comma, colon or line break are quoted as JSON."""
    return ", ".join(key if key == value else f"{key}: {quote(value)}" for key, value in parameters)


def quote(value: str) -> str:
    """A value as it stands in a parameter line."""
    return json.dumps(value, ensure_ascii=False) if any(sign in value for sign in ",:\n") else value


def unquote(value: str) -> str:
    """Back from `quote`; what is quoted badly stays as it is."""
    if len(value) >= 2 and value[0] == value[-1] == '"':
        try:
            return str(json.loads(value))
        except ValueError:
            return value
    return value


def number(value: float) -> str:
    """As Python prints it, without ".0"."""
    return str(int(value)) if float(value).is_integer() else repr(float(value))


def split_infotext(text: str) -> tuple[str, str, dict[str, str]]:
    """Prompt, negative prompt and parameters, as Forge reads them: a size becomes `<key>-1` and `<key>-2`."""
    *lines, last = text.strip().split("\n")
    found = list(parameters_of(last)) if len(last) <= LONGEST else []
    if len(found) < FEWEST:
        lines.append(last)
        found = []
    prompt: list[str] = []
    negative: list[str] = []
    into = prompt
    for line in (line.strip() for line in lines):
        if line.startswith(NEGATIVE):
            into = negative
            line = line[len(NEGATIVE) :].strip()
        if into or line:  # leading empty lines are lost, as they are there
            into.append(line)
    return "\n".join(prompt), "\n".join(negative), _typed(found)


def parameters_of(line: str) -> Iterator[tuple[str, str]]:
    r"""The `key: value` items of a line, in the grammar that A1111 and Forge read:

    a key is a word character and at least one more of word characters, spaces, "-" and "/"; a value is a
    quoted string with backslash escapes that ends before a comma or the end, else all up to the next comma.
    Their regular expression takes quadratic time on a long line; this is the same in linear time.
    """
    position = 0
    searched = 0
    while (colon := line.find(":", searched)) >= 0:
        plain = _KEY.fullmatch(line, position, colon)
        start = plain.start(1) if plain else _key_start(line, position, colon)
        if start is None:
            searched = colon + 1
            continue
        value = colon + 1
        while value < len(line) and line[value].isspace():
            value += 1
        quoted = _QUOTED.match(line, value)
        end = quoted.end() if quoted else _comma(line, value)
        yield line[start:colon], line[value:end]
        position = searched = end + 1


def _key_start(line: str, least: int, colon: int) -> int | None:
    """Where the key begins that ends at `colon`, or None when what stands there is no key."""
    start = colon
    while start > least and (_word(line[start - 1]) or line[start - 1] in " -/"):
        start -= 1
    while start < colon and not _word(line[start]):
        start += 1
    return start if start < colon - 1 else None


def _word(sign: str) -> bool:
    return sign.isalnum() or sign == "_"


def _comma(line: str, start: int) -> int:
    end = line.find(",", start)
    return len(line) if end < 0 else end


def _typed(found: Iterable[tuple[str, str]]) -> dict[str, str]:
    values: dict[str, str] = {}
    for key, value in found:
        plain = unquote(value)
        size = _SIZE.fullmatch(plain)
        if size:
            values[f"{key}-1"], values[f"{key}-2"] = size.groups()
        elif value:  # Forge loses keys without a value
            values[key] = plain
    return values


def _bare(name: str) -> str:
    return name.replace(":", "").replace(",", "")
