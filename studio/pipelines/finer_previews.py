"""Which tiny decoder shows a model's pictures in the making."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from studio.pipelines.decode import decode_latents
from studio.pipelines.loaded import Loaded
from studio.pipelines.parts import class_named, read_part
from studio.pipelines.tiny_decoder import TinyDecoder
from studio.request.errors import Trouble

log = logging.getLogger(__name__)

CODEC = ["diffusers", "AutoencoderTiny"]


def tiny_decoder_of(loaded: Loaded, folder: Path | None) -> TinyDecoder | None:
    """The model's own codec where that is a tiny one, else the one in `folder`; None without either.

    A folder that cannot be used costs nothing but the finer previews: the log says why.
    """
    if type(loaded.codec).__name__ == CODEC[1]:
        return TinyDecoder(lambda latents: decode_latents(loaded, latents))
    if folder is None:
        return None
    try:
        network: Any = read_part(class_named({"vae": CODEC}, "vae", folder.name), folder, loaded.dtype)
    except Trouble as trouble:
        log.info("no finer previews: %s", trouble)
        return None
    if network.config.latent_channels != loaded.family.latent_channels:
        log.info("no finer previews: %s is for other latents", folder)
        return None
    network.to(loaded.device.torch_device)
    return TinyDecoder(lambda latents: network.decode(latents.to(network.dtype), return_dict=False)[0])
