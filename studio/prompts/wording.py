"""The words of a request made final, before it goes into the queue: afterwards nothing about it is left to chance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from studio.prompts.resolving import Lines, Resolved, resolve
from studio.prompts.tree import Tag
from studio.request.request import Attachment, GenerationRequest, Prompt, Region

LEAST, MOST = -4.0, 4.0  # weight of a LoRA; beyond there is nothing but noise


@dataclass(frozen=True)
class Vocabulary:
    """What words may stand for. lines: of a file of wildcards. digest: SHA-256 of weights by kind and name, or ""."""

    lines: Lines = lambda _: ()
    digest: Callable[[str, str], str] = lambda _kind, _name: ""


def worded(request: GenerationRequest, vocabulary: Vocabulary) -> GenerationRequest:
    """The request with choices and wildcards drawn from its seed, comments taken out, and tags as attachments.

    A LoRA that only the words of a region name is on in that region only; learnt words are known everywhere.
    The very same one when there is nothing to do, so also when it is done a second time.
    """
    tags: list[Tag] = []

    def final(prompt: Prompt) -> Prompt:
        found: Resolved = resolve(prompt.text, request.seed, vocabulary.lines)
        tags.extend(found.tags)
        return prompt if found.text == prompt.text else replace(prompt, text=found.text)

    prompt, negative = final(request.prompt), final(request.negative)
    worn = {_key(each): _known(each, vocabulary) for each in request.attachments}
    worn |= _worn(tags, vocabulary)
    regions: list[Region] = []
    for region in request.regions:
        tags.clear()
        words = final(region.prompt)
        against = None if region.negative is None else final(region.negative)
        own = {_key(each): _known(each, vocabulary) for each in region.attachments}
        own |= _worn(tags[::-1], vocabulary)  # its own words stand before those of the whole picture
        worn |= {key: each for key, each in own.items() if each.kind != "lora" and key not in worn}
        only = tuple(each for key, each in own.items() if each.kind == "lora" and worn.get(key) != each)
        regions.append(replace(region, prompt=words, negative=against, attachments=only))
    final_words = (prompt, negative, tuple(regions), tuple(worn.values()))
    if final_words == (request.prompt, request.negative, request.regions, request.attachments):
        return request
    return replace(request, **dict(zip(("prompt", "negative", "regions", "attachments"), final_words, strict=True)))


def _worn(tags: list[Tag], vocabulary: Vocabulary) -> dict[tuple[str, str], Attachment]:
    found = (_attachment(tag, vocabulary) for tag in tags)
    return {_key(each): each for each in found}


def _key(attachment: Attachment) -> tuple[str, str]:
    """Of what is the same weights however its name is written; the last tag of a name counts."""
    return attachment.kind, attachment.name.lower()


def _known(attachment: Attachment, vocabulary: Vocabulary) -> Attachment:
    """With the digest of its weights, which tells them from others of that name."""
    digest = attachment.digest or vocabulary.digest(attachment.kind, attachment.name)
    return attachment if digest == attachment.digest else replace(attachment, digest=digest)


def _attachment(tag: Tag, vocabulary: Vocabulary) -> Attachment:
    kind = "embedding" if tag.kind.startswith("embed") else "lora"
    weight = max(LEAST, min(MOST, tag.weight))
    return Attachment(kind=kind, name=tag.name, weight=weight, digest=vocabulary.digest(kind, tag.name))
