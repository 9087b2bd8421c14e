"""What was found out about a file or folder of weights."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

KINDS = {  # kind: one, many
    "checkpoint": ("Model", "Models"),
    "diffusion": ("Diffusion network", "Diffusion networks"),
    "lora": ("LoRA", "LoRAs"),
    "controlnet": ("ControlNet", "ControlNets"),
    "control-lora": ("Control-LoRA", "Control-LoRAs"),
    "t2i-adapter": ("T2I-Adapter", "T2I-Adapters"),
    "ip-adapter": ("Image prompt adapter", "Image prompt adapters"),
    "embedding": ("Embedding", "Embeddings"),
    "vae": ("Picture codec (VAE)", "Picture codecs (VAE)"),
    "text-encoder": ("Text encoder", "Text encoders"),
    "image-encoder": ("Image encoder", "Image encoders"),
    "upscaler": ("Upscaler", "Upscalers"),
    "unknown": ("Unknown", "Unknown"),
}
MODELS = ("checkpoint", "diffusion")  # what can paint, given all parts


@dataclass(frozen=True, kw_only=True)
class Recognised:
    """What lies at `path`.

    kind: one of `KINDS`. family: id of a family, also of one that nothing here can run; "" when it is none of them.
    variant: what sets it apart within its kind and family ("inpaint", "schnell", "kohya's LoKr"), or "".
    traits: all variants whose signs hold. prediction: "epsilon", "v", "flow" or "". zero_snr: trained down to zero
    signal (arXiv 2305.08891). precision: "fp16", "bf16", "fp32", "fp8", "nf4", "q4_k"…
    flavour: what people call such models ("Pony"). base, base_hash: what it was trained from, as its file says.
    triggers: words that call up what it learnt. holds: roles of the parts in it besides the denoiser.
    format: "safetensors", "gguf", "pickle" or "diffusers". size: bytes of all its files.
    looked_for: signs that were not found, when it was not recognised.
    reason: why it cannot be used as a model by itself, a full sentence, or "" when it can.
    """

    path: Path
    kind: str
    family: str = ""
    variant: str = ""
    traits: tuple[str, ...] = ()
    prediction: str = ""
    zero_snr: bool = False
    precision: str = ""
    flavour: str = ""
    base: str = ""
    base_hash: str = ""
    title: str = ""
    author: str = ""
    licence: str = ""
    about: str = ""
    triggers: tuple[str, ...] = ()
    holds: tuple[str, ...] = ()
    format: str = ""
    size: int = 0
    looked_for: tuple[str, ...] = ()
    reason: str = ""

    @property
    def usable(self) -> bool:
        """Whether it can be used as a model by itself."""
        return not self.reason
