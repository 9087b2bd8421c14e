"""One file or folder of weights, with everything that is known and said about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from studio.library.index import Hashes
from studio.library.notes import NOTHING, Notes
from studio.library.recognition.recognised import KINDS, MODELS, Recognised
from studio.library.signs.sign import Part
from studio.request.family import Model

UNSURE = ("lora", "embedding", "controlnet", "control-lora", "t2i-adapter", "ip-adapter")  # made for a family
_NAMELESS = frozenset(  # names that say nothing, under which repositories keep their weights
    (
        "diffusion_pytorch_model",
        "diffusion_pytorch_model.fp16",
        "model",
        "model.fp16",
        "pytorch_model",
        "pytorch_lora_weights",
        "adapter_model",
    )
)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """found: what it is, with what the person said about that. root: the folder of theirs that it lies in.

    model: as offered to the artist, if it can paint. missing: it was here and is not any more. lacking: parts that
    it needs and that are nowhere. embedded: it came with the studio.
    """

    found: Recognised
    print: str = ""
    root: Path = field(default_factory=Path)
    hashes: Hashes | None = None
    notes: Notes = NOTHING
    model: Model | None = None
    missing: bool = False
    lacking: tuple[Part, ...] = ()
    embedded: bool = False
    changed: float = 0.0  # seconds since 1970

    @property
    def path(self) -> Path:
        """Where it is, or was if it is missing."""
        return self.found.path

    @property
    def name(self) -> str:
        """What requests and prompts call it."""
        return name_of(self.path, folder=self.found.format == "diffusers")

    @property
    def title(self) -> str:
        """What people are shown."""
        return self.model.title if self.model is not None else self.name

    @property
    def kind(self) -> str:
        """One of `KINDS`."""
        return self.found.kind

    @property
    def paints(self) -> bool:
        """It is of a kind that makes pictures, whether it can be used here or not."""
        return self.kind in MODELS

    @property
    def reason(self) -> str:
        """Why it cannot be used, or "". What is used together with a model needs none."""
        if self.missing:
            return "The file is not where it was. Bring it back, or take it off the list."
        if self.model is not None or (not self.paints and self.kind != "unknown"):
            return ""
        return self.found.reason

    @property
    def doubt(self) -> str:
        """What could not be told about what can be used all the same, or ""."""
        if self.missing or self.found.family or self.kind not in UNSURE:
            return ""
        return (
            f"For which models this {self.kind_title} is could not be told, so it is offered with all of them."
            " If you know, say so below."
        )

    @property
    def triggers(self) -> tuple[str, ...]:
        """As the person says, else as its file or a note beside it says."""
        return self.notes.triggers or self.found.triggers

    @property
    def licence(self) -> str:
        """As the person says, else as its file says; "" when unknown."""
        return self.notes.licence or self.found.licence

    @property
    def kind_title(self) -> str:
        """Its kind in words, one of them."""
        return KINDS[self.kind][0]


def name_of(path: Path, folder: bool) -> str:
    """What people call the weights at a path: the file's name, or its folder's where that says nothing."""
    if folder:
        hub = path.parent.parent.name  # of Hugging Face's own store: models--owner--name/snapshots/<digest>
        in_store = path.parent.name == "snapshots" and hub.startswith("models--")
        return hub.rpartition("--")[2] if in_store else path.name
    if path.stem not in _NAMELESS:
        return path.stem
    parent = path.parent
    return parent.parent.name if parent.name in ("unet", "transformer", "vae") else parent.name
