"""Which image encoder an image prompt adapter goes with: their widths must be the same."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from studio.library.entry import Entry
from studio.library.recognition.header import DamagedHeader, read_safetensors
from studio.library.recognition.verdict import size_text
from studio.library.signs.sign import Tensor
from studio.request.errors import Trouble

_PATCHES = "vision_model.embeddings.patch_embedding.weight"
_VECTOR = "visual_projection.weight"
_REDUX = "redux_up.weight"


@dataclass(frozen=True)
class Known:
    """A published encoder. hidden: width of its layers. vector: of what it says of a whole picture. size: bytes."""

    title: str
    hidden: int
    vector: int
    place: str
    size: int


KNOWN = (
    Known("CLIP ViT-H", 1280, 1024, "h94/IP-Adapter on Hugging Face, models/image_encoder", 2_528_373_448),
    Known("CLIP ViT-bigG", 1664, 1280, "h94/IP-Adapter on Hugging Face, sdxl_models/image_encoder", 3_689_912_664),
    Known("SigLIP so400m", 1152, 0, "Comfy-Org/sigclip_vision_384 on Hugging Face", 856_505_640),
    Known("CLIP ViT-L", 1024, 768, "openai/clip-vit-large-patch14 on Hugging Face", 1_710_540_580),
)


def image_encoder_for(adapter: Path, name: str, entries: Iterable[Entry]) -> Path:
    """The file of the encoder. Raises Trouble, naming it and where it is to be had, when it is not here."""
    hidden, vector = _widths_of_adapter(adapter, name)
    found = [each for each in entries if each.kind == "image-encoder" and not each.missing]
    for each in sorted(found, key=lambda entry: entry.found.size):
        if _fits(each.path, hidden, vector):
            return each.path
    known = next((each for each in KNOWN if hidden == each.hidden or (not hidden and vector == each.vector)), None)
    if known is None:
        raise Trouble(f"The image prompt adapter {name!r} needs an image encoder that is not here.", "Add it.")
    raise Trouble(
        f"The image prompt adapter {name!r} needs the image encoder {known.title}, which is not here.",
        f"Get it from {known.place} ({size_text(known.size)}), and add it to your models.",
    )


def _widths_of_adapter(path: Path, name: str) -> tuple[int, int]:
    """(hidden, vector): one of them is 0, as it looks at parts of a picture or at the whole."""
    try:
        tensors = read_safetensors(path).tensors
    except (OSError, DamagedHeader) as error:
        raise Trouble(f"The image prompt adapter {name!r} cannot be read.", "Get it again.", repr(error)) from error
    if (redux := tensors.get(_REDUX)) is not None:
        return _width(redux), 0
    whole = tensors.get("image_proj.proj.weight") or tensors.get("ip_adapter_proj_model.proj.weight")
    if whole is not None:
        return 0, _width(whole)
    parts = tensors.get("image_proj.proj_in.weight") or tensors.get("image_proj.proj.0.weight")
    return (_width(parts) if parts is not None else 0), 0


def _width(tensor: Tensor) -> int:
    """Of what goes in; 0 for a single number, which no adapter has there."""
    return tensor.shape[-1] if tensor.shape else 0


def _fits(path: Path, hidden: int, vector: int) -> bool:
    try:
        tensors = read_safetensors(path).tensors
    except (OSError, DamagedHeader):
        return False
    patches, said = tensors.get(_PATCHES), tensors.get(_VECTOR)
    if hidden:
        return patches is not None and patches.shape[:1] == (hidden,)
    return patches is not None and said is not None and said.shape[:1] == (vector,)
