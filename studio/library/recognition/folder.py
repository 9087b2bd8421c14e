"""Diffusers folders: a model_index.json, and a folder for each part."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from studio.library.recognition.header import DamagedHeader, Header, read_safetensors
from studio.library.recognition.precision import precision_of
from studio.library.recognition.recognised import Recognised
from studio.library.signs import SIGNS
from studio.library.signs.sign import Look, Signs, Tensor

INDEX = "model_index.json"
OWN = "sfumato.json"
_DENOISERS = ("unet", "transformer")
_OPTIONAL = ("safety_checker", "feature_extractor", "image_encoder")
_NO_WEIGHTS = ("scheduler", "tokenizer", "feature_extractor", "processor")
_LARGEST = 10_000_000  # bytes of a JSON file


def recognise_folder(path: Path) -> Recognised:
    """Raises DamagedHeader or OSError for what is wrong with the files themselves."""
    index = read_json(path / INDEX)
    name = index.get("_class_name")
    name = name if isinstance(name, str) else ""
    own = read_json(path / OWN).get("family") if (path / OWN).is_file() else None
    found = Recognised(path=path, kind="checkpoint", format="diffusers", size=_size(path))
    by_class = next((each for each in SIGNS if name in each.pipelines), None)
    if by_class is None and not isinstance(own, str):
        return replace(found, reason=f"Pipelines of the kind {name or 'none'} are not supported yet.")
    if lack := _lacking(path, index):
        family = own if isinstance(own, str) else by_class.family if by_class else ""
        return replace(found, family=family, reason=f"The folder lacks its {lack} part.")
    weights = main_weights(path)
    if weights is None:
        family = own if isinstance(own, str) else by_class.family if by_class else ""
        return replace(found, family=family, reason="The folder holds no safetensors weights.")
    header = _denoiser(weights)
    found = replace(found, precision=precision_of(header), holds=tuple(_parts(index)))
    if isinstance(own, str):
        return replace(found, family=own)
    look = Look(header.tensors, f"{path.name} {name}".lower())
    signs = next((each for each in SIGNS if any(sign.holds(look) for sign in each.networks)), by_class)
    return _described(found, signs or SIGNS[0], look, name, path)


def _described(found: Recognised, signs: Signs, look: Look, name: str, path: Path) -> Recognised:
    variants = [each for each in signs.variants if each.sign.holds(look)]
    by_class = signs.pipelines.get(name, "")
    names = [*([by_class] if by_class else []), *(each.name for each in variants)]
    if by_class != "inpaint" and _channels(path) == 9 and "inpaint" not in names:
        names.insert(0, "inpaint")
    schedule = _schedule(path)
    prediction = {"v_prediction": "v", "epsilon": "epsilon"}.get(str(schedule.get("prediction_type")), "")
    prediction = prediction or signs.prediction
    if prediction == "v":
        names.append("v-prediction")
    traits = tuple(dict.fromkeys(names))
    return replace(
        found,
        family=signs.family,
        variant=traits[0] if traits else "",
        traits=traits,
        prediction=prediction,
        zero_snr=schedule.get("rescale_betas_zero_snr") is True,
    )


def main_weights(path: Path) -> Path | None:
    """The file that makes a model what it is: itself, or the denoiser's (first) file in a diffusers folder."""
    if path.is_file():
        return path
    for part in _DENOISERS:
        files = sorted(file for file in (path / part).glob("*.safetensors") if ".fp16." not in file.name)
        files += sorted((path / part).glob("*.fp16.safetensors"))
        if files:
            return files[0]
    return None


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object from a file. Raises DamagedHeader or OSError."""
    if path.stat().st_size > _LARGEST:
        raise DamagedHeader(f"{path.name} is damaged: it is too long.")
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise DamagedHeader(f"{path.name} is damaged: it is no JSON.") from error
    if not isinstance(value, dict):
        raise DamagedHeader(f"{path.name} is damaged: it holds no object.")
    return cast("dict[str, Any]", value)


def _denoiser(first: Path) -> Header:
    """The header of the denoiser, all of its shards together."""
    if "-of-" not in first.name:
        return read_safetensors(first)
    tensors: dict[str, Tensor] = {}
    for shard in sorted(first.parent.glob(f"*-of-{first.name.rsplit('-of-', 1)[1]}")):
        tensors.update(read_safetensors(shard).tensors)
    return Header(tensors)


def _parts(index: Mapping[str, Any]) -> list[str]:
    """The parts that a model_index.json names and that are not left out (null)."""
    return [
        name
        for name, entry in index.items()
        if not name.startswith("_") and isinstance(entry, list) and len(cast("list[Any]", entry)) == 2 and entry[0]
    ]


def _lacking(path: Path, index: Mapping[str, Any]) -> str:
    """The first part that is named but not there, or ""."""
    named = [part for part in _parts(index) if part not in _OPTIONAL and not part.startswith(_NO_WEIGHTS)]
    denoiser = next((part for part in _DENOISERS if (path / part).is_dir()), _DENOISERS[0])
    for part in named or (denoiser, "vae", "text_encoder"):
        if not (path / part / "config.json").is_file():
            return part
    return ""


def _schedule(path: Path) -> dict[str, Any]:
    file = path / "scheduler" / "scheduler_config.json"
    return read_json(file) if file.is_file() else {}


def _channels(path: Path) -> Any:
    file = path / "unet" / "config.json"
    return read_json(file).get("in_channels") if file.is_file() else None


def _size(path: Path) -> int:
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
