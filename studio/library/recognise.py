"""Says what a file or folder of weights is by its header alone: nothing is loaded, unpickled or run.

safetensors: 8 bytes little-endian length, then JSON {name: {dtype, shape, data_offsets}}
(https://github.com/huggingface/safetensors#format).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

LONGEST_HEADER = 100_000_000  # bytes, the format's own limit
PICKLED = (".ckpt", ".pt", ".pth", ".bin")
WEIGHTS = (".safetensors", ".sft")
_UNET = "model.diffusion_model."
_PIPELINES = {  # class named in model_index.json: family
    "StableDiffusionPipeline": "sd15",
    "StableDiffusionImg2ImgPipeline": "sd15",
    "StableDiffusionXLPipeline": "sdxl",
    "StableDiffusionXLImg2ImgPipeline": "sdxl",
}
_PRECISIONS = {"F16": "fp16", "BF16": "bf16", "F32": "fp32", "F8_E4M3": "fp8", "F8_E5M2": "fp8"}


@dataclass(frozen=True, kw_only=True)
class Recognised:
    """What lies at `path`.

    kind: "model", "lora", "vae", "embedding" or "unknown".
    family: id of a family in `library/families`, or "" when none of them.
    reason: why it cannot be used as a model, a full sentence, or "" when it can.
    """

    path: Path
    kind: str
    family: str = ""
    variant: str = ""
    precision: str = ""
    reason: str = ""

    @property
    def usable(self) -> bool:
        return not self.reason


Header = dict[str, dict[str, Any]]


class DamagedHeader(ValueError):
    """The file is not what its name says. The message is a full sentence."""


def recognise(path: Path) -> Recognised:
    """What the file or diffusers folder is. Never raises for bad content: the reason says what is wrong."""
    try:
        if path.is_dir():
            return _folder(path)
        if path.suffix.lower() in PICKLED:
            return _no(path, "This kind of file can run code when it is opened. Convert it to safetensors.")
        if path.suffix.lower() in WEIGHTS:
            return _single_file(path, read_header(path))
    except DamagedHeader as error:
        return _no(path, str(error))
    except OSError as error:
        return _no(path, f"It cannot be read: {error.strerror or error}.")
    return _no(path, "It is no file of weights that is known here.")


def read_header(path: Path) -> Header:
    """Names, types and shapes of all tensors of a safetensors file. Raises DamagedHeader or OSError."""
    size = path.stat().st_size
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if size < 8 or length > min(size - 8, LONGEST_HEADER):
            raise DamagedHeader("The file is damaged or incomplete: its header does not fit.")
        try:
            header = json.loads(file.read(length))
        except (ValueError, RecursionError) as error:
            raise DamagedHeader("The file is damaged: its header is not readable.") from error
    if not isinstance(header, dict):
        raise DamagedHeader("The file is damaged: its header is not readable.")
    tensors = cast("Header", header)
    tensors.pop("__metadata__", None)
    try:
        end = max((int(tensor["data_offsets"][1]) for tensor in tensors.values()), default=0)
        for tensor in tensors.values():
            tensor["shape"] = [int(side) for side in tensor["shape"]]
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise DamagedHeader("The file is damaged: its header is not readable.") from error
    if 8 + length + end > size:
        raise DamagedHeader("The file is incomplete: it ends before its weights do. Download it again.")
    return tensors


def _single_file(path: Path, header: Header) -> Recognised:
    precision = _precision(header)
    for kind, sign in (("lora", "lora"), ("embedding", "emb_params"), ("embedding", "clip_l")):
        if any(sign in name for name in header) and f"{_UNET}input_blocks.0.0.weight" not in header:
            return Recognised(path=path, kind=kind, precision=precision, reason=f"This is a {kind}, not a model.")
    first = header.get(f"{_UNET}input_blocks.0.0.weight")
    if first is None:
        return _without_unet(path, header, precision)
    width = _shape(header, f"{_UNET}input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight")
    deeper = _shape(header, f"{_UNET}input_blocks.4.1.transformer_blocks.0.attn2.to_k.weight")
    context = (width or deeper or [0, 0])[-1]
    family = {768: "sd15", 2048: "sdxl"}.get(context, "")
    variant = {4: "", 8: "edit", 9: "inpaint"}.get(first["shape"][1], "unknown") if len(first["shape"]) > 1 else ""
    found = Recognised(path=path, kind="model", family=family, variant=variant, precision=precision)
    if not family:
        names = {1024: "Stable Diffusion 2", 1280: "the refiner of Stable Diffusion XL"}
        return _refused(found, f"Models like {names.get(context, 'this one')} are not supported yet.")
    if variant:
        return _refused(found, f"Its {variant} variant is not supported yet; the plain model can do the same work.")
    if not any(name.startswith(("cond_stage_model.", "conditioner.")) for name in header):
        return _refused(found, "It holds no text encoder, so it cannot be used alone.")
    return found


def _without_unet(path: Path, header: Header, precision: str) -> Recognised:
    if any(name.startswith(("double_blocks.", "model.diffusion_model.double_blocks.")) for name in header):
        reason = "Models like FLUX are not supported yet."
        return Recognised(path=path, kind="model", precision=precision, reason=reason)
    if any(name.startswith(("decoder.", "first_stage_model.decoder.")) for name in header):
        reason = "This is a picture codec (VAE), not a model."
        return Recognised(path=path, kind="vae", precision=precision, reason=reason)
    return Recognised(path=path, kind="unknown", precision=precision, reason="Its kind of model is not known here.")


def _folder(path: Path) -> Recognised:
    index = read_json(path / "model_index.json")
    name = index.get("_class_name")
    family = _PIPELINES.get(name, "") if isinstance(name, str) else ""
    own = read_json(path / "sfumato.json").get("family") if (path / "sfumato.json").is_file() else None
    if isinstance(own, str):
        family = own
    if not family:
        return Recognised(path=path, kind="model", reason=f"Pipelines of the kind {name} are not supported yet.")
    for part in ("unet", "vae", "text_encoder"):
        if not (path / part / "config.json").is_file():
            return Recognised(path=path, kind="model", family=family, reason=f"The folder lacks its {part} part.")
    weights = main_weights(path)
    if weights is None:
        reason = "The folder holds no safetensors weights."
        return Recognised(path=path, kind="model", family=family, reason=reason)
    found = Recognised(path=path, kind="model", family=family, precision=_precision(read_header(weights)))
    channels = read_json(path / "unet" / "config.json").get("in_channels")
    if family in ("sd15", "sdxl") and channels != 4:
        return _refused(found, "Only plain text-to-picture variants are supported yet.")
    return found


def main_weights(path: Path) -> Path | None:
    """The file that makes a model what it is: itself, or the denoiser's (first) file in a diffusers folder."""
    if path.is_file():
        return path
    files = sorted(file for file in (path / "unet").glob("*.safetensors") if ".fp16." not in file.name)
    files += sorted((path / "unet").glob("*.fp16.safetensors"))
    return files[0] if files else None


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object from a file. Raises DamagedHeader or OSError."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise DamagedHeader(f"{path.name} is damaged.") from error
    if not isinstance(value, dict):
        raise DamagedHeader(f"{path.name} is damaged.")
    return cast("dict[str, Any]", value)


def _precision(header: Header) -> str:
    """The type that most tensors have, as artists write it."""
    kinds = [str(tensor.get("dtype")) for tensor in header.values()]
    return _PRECISIONS.get(max(set(kinds), key=kinds.count), "") if kinds else ""


def _shape(header: Header, name: str) -> list[int] | None:
    return header[name]["shape"] if name in header else None


def _refused(found: Recognised, reason: str) -> Recognised:
    return Recognised(
        path=found.path,
        kind=found.kind,
        family=found.family,
        variant=found.variant,
        precision=found.precision,
        reason=reason,
    )


def _no(path: Path, reason: str) -> Recognised:
    return Recognised(path=path, kind="unknown", reason=reason)
