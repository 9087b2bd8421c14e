"""What of a picture's settings the document can take over, and what it cannot, each with the reason."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from studio.library.gallery.dialects.values import mapping, objects, text
from studio.library.gallery.metadata import Metadata
from studio.prompts.styles import Style
from studio.request.errors import BadInput
from studio.request.family import Model
from studio.request.geometry import Size
from studio.request.request import LARGEST_SEED, LONGEST_PROMPT, MOST_STEPS
from studio.request.sampling import Sampler

CONTROLS = "controls"
SETTINGS = ("prompt", "negative", "seed", "steps", "sampler", "guidance", "size", "model", "strength", CONTROLS)
"""What can be taken over, one by one or together."""

HASH = 8  # signs of a hash from which on two that begin alike are the same


@dataclass(frozen=True)
class Recalled:
    """fields: of `Recipe`. model: to use, or None for the one in use. taken: names out of SETTINGS.

    problems: why something was left out, a sentence each.
    """

    fields: dict[str, Any]
    model: Model | None
    taken: tuple[str, ...]
    problems: tuple[str, ...]


def recall(
    metadata: Metadata, names: Iterable[str], models: Sequence[Model], in_use: Model, styles: Sequence[Style]
) -> Recalled:
    """names: out of SETTINGS; what the file does not tell is passed over in silence."""
    return _Recall(metadata, frozenset(names), models, in_use, styles).run()


def model_of(metadata: Metadata, models: Sequence[Model]) -> Model | None:
    """The model on this machine that made a picture: by the hash of its weights, else by its name."""
    digest = _digest(metadata)
    if len(digest) >= HASH:
        for model in models:
            own = model.reference.digest.lower()
            if own and (own.startswith(digest) or digest.startswith(own)):
                return model
    wanted = bare(metadata.model or "")
    named = (model for model in models if wanted and wanted in (bare(model.reference.name), bare(model.title)))
    return next(named, None)


def bare(name: str) -> str:
    """A model's name without folders, ending and the hash that some programs add: "sdxl/dream.safetensors [1a2b]"."""
    name = name.replace("\\", "/").rsplit("/", 1)[-1].split(" [")[0].strip().lower()
    for ending in (".safetensors", ".ckpt", ".gguf", ".sft"):
        name = name.removesuffix(ending)
    return name


def _digest(metadata: Metadata) -> str:
    own = mapping(metadata.own.request.get("model")) if metadata.own is not None else {}
    return (text(own.get("digest")) or metadata.model_hash).lower().removeprefix("0x")


class _Recall:
    def __init__(
        self,
        metadata: Metadata,
        names: frozenset[str],
        models: Sequence[Model],
        in_use: Model,
        styles: Sequence[Style],
    ) -> None:
        self._metadata = metadata
        self._names = names
        self._models = models
        self._model = in_use
        self._styles = styles
        self._fields: dict[str, Any] = {}
        self._problems: list[str] = []

    def run(self) -> Recalled:
        taken: list[str] = []
        steps: dict[str, Callable[[], bool]] = {  # the model first: it decides what else can be used
            "model": self._take_model,
            "prompt": self._take_prompt,
            "negative": self._take_negative,
            "size": self._take_size,
            "seed": self._take_seed,
            "steps": self._take_steps,
            "sampler": self._take_sampler,
            "guidance": lambda: self._number("guidance", self._metadata.guidance, 0, 100),
            "strength": lambda: self._number("strength", self._metadata.strength, 0, 1),
        }
        before = self._model
        taken = [name for name, take in steps.items() if name in self._names and take()]
        model = self._model if self._model is not before else None
        return Recalled(self._fields, model, tuple(taken), tuple(self._problems))

    def _take_model(self) -> bool:
        if not self._metadata.model:
            return False
        found = model_of(self._metadata, self._models)
        if found is None:
            self._problems.append(f"The model {self._metadata.model[:80]} is not on this machine.")
            return False
        self._model = found
        if self._metadata.own is not None:
            worn = objects(self._metadata.own.request.get("attachments"))
            codecs = [text(each.get("name")) or "" for each in worn if each.get("kind") == "vae"]
            self._fields["codec"] = codecs[-1] if codecs else ""
        return True

    def _take_prompt(self) -> bool:
        prompt = self._metadata.prompt
        if prompt is None:
            return False
        style: Style | None = None
        own = mapping(self._metadata.own.request.get("prompt")) if self._metadata.own is not None else {}
        if own:
            named = text(own.get("style")) or ""
            style = next((each for each in self._styles if each.name == named), None)
            if style is not None or not named:  # without its style the words as typed would make another picture
                prompt = text(own.get("raw")) or prompt
        self._fields |= {"prompt": prompt[:LONGEST_PROMPT], "style": style}
        return True

    def _take_negative(self) -> bool:
        negative = self._metadata.negative
        own = mapping(self._metadata.own.request.get("negative")) if self._metadata.own is not None else {}
        styled = self._fields.get("style") is not None
        if styled and text(own.get("raw")) is not None:
            negative = text(own.get("raw"))
        if negative is None:
            return False
        self._fields["negative"] = negative[:LONGEST_PROMPT]
        return True

    def _take_size(self) -> bool:
        own = self._metadata.own.request.get("size") if self._metadata.own is not None else None
        size = Size(self._metadata.width, self._metadata.height)
        if isinstance(own, list) and len(own) == 2 and all(isinstance(side, int) for side in own):  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
            size = Size(*own)  # pyright: ignore[reportUnknownArgumentType]
        family = self._model.family
        if not family.smallest_side <= min(size) or not max(size) <= family.largest_side:
            self._problems.append(f"{self._model.title} cannot make {size.width} × {size.height} pixels.")
            return False
        self._fields["size"] = size
        return True

    def _take_seed(self) -> bool:
        seed = self._metadata.seed
        if seed is None or not 0 <= seed <= LARGEST_SEED:
            return False
        self._fields |= {"seed": seed, "seed_locked": True}
        return True

    def _take_steps(self) -> bool:
        return self._number("steps", self._metadata.steps, 1, MOST_STEPS)

    def _take_sampler(self) -> bool:
        name = self._metadata.sampler
        if not name:
            return False
        try:
            sampler = Sampler.named(name)
        except BadInput:
            sampler = None
        if sampler is None or sampler not in self._model.family.samplers:
            self._problems.append(f"{self._model.title} has no sampler {name[:60]}.")
            return False
        self._fields["sampler"] = sampler
        return True

    def _number(self, name: str, value: float | None, least: float, most: float) -> bool:
        if value is None or not least <= value <= most:
            return False
        self._fields[name] = value
        return True
