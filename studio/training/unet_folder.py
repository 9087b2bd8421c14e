"""The learned denoiser as a folder that StableDiffusionPipeline loads, its weights in pieces."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportPrivateImportUsage=false
# diffusers is only partly typed; what it gives back is typed where it enters here

from __future__ import annotations

import json
import shutil
from copy import deepcopy
from pathlib import Path

from diffusers import UNet2DConditionModel

_PIECE = "15MB"  # what may be carried off the machine in one file is 16 MiB
_ABOUT = (
    "A small network that this project taught on its own renderings: landscapes and places in eight styles. It paints "
    "what it has learned from some hundred thousand illustrated scenes, and knows nothing outside of them."
)


def write_unet_folder(folder: Path, unet: UNet2DConditionModel, base: Path) -> None:
    """In half precision, with codec, words and schedule of the model in `base`; replaces what is there."""
    part = folder.with_name(folder.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    deepcopy(unet).cpu().half().save_pretrained(part / "unet", max_shard_size=_PIECE)
    for name in ("vae", "text_encoder", "tokenizer", "scheduler"):
        shutil.copytree(base / name, part / name)
    index = json.loads((base / "model_index.json").read_text(encoding="utf-8"))
    index["unet"] = ["diffusers", "UNet2DConditionModel"]
    (part / "model_index.json").write_text(json.dumps(index, indent=2) + "\n", encoding="utf-8")
    about = json.loads((base / "sfumato.json").read_text(encoding="utf-8"))
    about |= {"title": "Scenes, learned", "about": _ABOUT}
    (part / "sfumato.json").write_text(json.dumps(about, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    part.rename(folder)
