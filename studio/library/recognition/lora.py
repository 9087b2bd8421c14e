"""LoRAs and their kin in every dialect: which modules they change, and how wide those are.

Dialects: kohya's (`lora_unet_down_blocks_0_..._to_k.lora_down.weight`), diffusers' and peft's
(`unet.down_blocks.0...to_k.lora_A.weight`), the first diffusers' (`...processor.to_k_lora.down.weight`), LyCORIS
(github.com/KohakuBlueleaf/LyCORIS: LoHa, LoKr, LoCon, full, IA3, OFT, GLoRA), XLabs' for FLUX, bare model names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from studio.library.signs.sign import Adapted, Signs, Tensor

_ENDINGS: tuple[tuple[str, str], ...] = (  # how a name ends → kind of pair
    (".lora_down.weight", "lora"),
    (".lora_up.weight", "lora"),
    (".lora_mid.weight", "lora"),
    (".lora_A.weight", "lora"),
    (".lora_B.weight", "lora"),
    (".lora_A.default.weight", "lora"),
    (".lora_B.default.weight", "lora"),
    (".lora.down.weight", "lora"),
    (".lora.up.weight", "lora"),
    ("_lora.down.weight", "lora"),
    ("_lora.up.weight", "lora"),
    ("_lora1.down.weight", "lora"),
    ("_lora1.up.weight", "lora"),
    ("_lora2.down.weight", "lora"),
    ("_lora2.up.weight", "lora"),
    (".lora_linear_layer.down.weight", "lora"),
    (".lora_linear_layer.up.weight", "lora"),
    (".hada_w1_a", "loha"),
    (".hada_w1_b", "loha"),
    (".hada_w2_a", "loha"),
    (".hada_w2_b", "loha"),
    (".hada_t1", "loha"),
    (".hada_t2", "loha"),
    (".lokr_w1", "lokr"),
    (".lokr_w1_a", "lokr"),
    (".lokr_w1_b", "lokr"),
    (".lokr_w2", "lokr"),
    (".lokr_w2_a", "lokr"),
    (".lokr_w2_b", "lokr"),
    (".lokr_t2", "lokr"),
    (".oft_blocks", "oft"),
    (".oft_diag", "oft"),
    (".oft_R.weight", "oft"),
    (".a1.weight", "glora"),
    (".a2.weight", "glora"),
    (".b1.weight", "glora"),
    (".b2.weight", "glora"),
    (".on_input", "ia3"),
    (".diff", "full"),
    (".dora_scale", "dora"),
    (".lora_magnitude_vector", "dora"),
    (".lora_magnitude_vector.weight", "dora"),
    (".alpha", ""),
    (".diff_b", ""),
)
_KINDS = ("loha", "lokr", "oft", "glora", "ia3", "full", "lora")  # what names the file, if several are in it
_ENDING = re.compile("(" + "|".join(re.escape(end) for end, _ in sorted(_ENDINGS, key=lambda e: -len(e[0]))) + ")$")
_KIND_OF: Mapping[str, str] = dict(_ENDINGS)
_PREFIXES: tuple[tuple[str, str], ...] = (  # how a name begins → the network
    ("base_model.model.text_encoder.", "te"),
    ("base_model.model.", "unet"),
    ("lora_unet_", "unet"),
    ("lora_transformer_", "unet"),
    ("lora_prior_unet_", "unet"),
    ("lycoris_unet_", "unet"),
    ("lycoris_text_encoder_", "te"),
    ("lycoris_", "unet"),
    ("oft_unet_", "unet"),
    ("oft_te_", "te"),
    ("lora_te_", "te"),
    ("lora_te1_", "te1"),
    ("lora_te2_", "te2"),
    ("lora_te3_", "te3"),
    ("lora_text_encoder_2_", "te2"),
    ("lora_text_encoder_", "te1"),
    ("model.diffusion_model.", "unet"),
    ("diffusion_model.", "unet"),
    ("transformer.", "unet"),
    ("unet.", "unet"),
    ("text_encoder_2.", "te2"),
    ("text_encoder_3.", "te3"),
    ("text_encoder.", "te"),
    ("text_encoders.", "te"),
)


@dataclass(frozen=True)
class Modules:
    """What a LoRA changes. kind: "lora", "loha", "lokr"… widths: module ("unet/…_to_k") → length of its input or 0."""

    kind: str
    widths: Mapping[str, int]


def modules_of(tensors: Mapping[str, Tensor]) -> Modules | None:
    """The modules of a LoRA, or None when too little of the file reads like one."""
    widths: dict[str, int] = {}
    kinds: set[str] = set()
    read = 0
    shapes: dict[str, dict[str, tuple[int, ...]]] = {}
    for name, tensor in tensors.items():
        found = _ENDING.search(name)
        if found is None:
            continue
        read += 1
        ending = found.group(1)
        kinds.add(_KIND_OF[ending])
        shapes.setdefault(name[: found.start()], {})[ending] = tensor.shape
    kind = next((each for each in _KINDS if each in kinds), "")
    if not kind or read * 2 < len(tensors):
        return None
    for name, parts in shapes.items():
        widths[_module(name)] = _width(parts)
    return Modules(kind, widths)


def family_of(modules: Modules, signs: Iterable[Signs]) -> Signs | None:
    """The family whose networks have such modules; what is proven goes before what is likely."""
    lines = "\n".join(modules.widths)
    proofs = [(each, each.adapted) for each in signs]
    hints = [(each, each.likely) for each, _ in proofs]
    return next(
        (each for each, rules in (*proofs, *hints) if any(_found(rule, lines, modules.widths) for rule in rules)), None
    )


def _found(rule: Adapted, lines: str, widths: Mapping[str, int]) -> bool:
    for found in re.finditer(rule.module, lines, re.MULTILINE):
        if not rule.widths:
            return True
        start = lines.rfind("\n", 0, found.start()) + 1
        end = lines.find("\n", found.end())
        if widths[lines[start : end if end >= 0 else None]] in rule.widths:
            return True
    return False


def _module(name: str) -> str:
    """The network and the module in it, dots and underscores alike."""
    for prefix, network in _PREFIXES:
        if name.startswith(prefix):
            return f"{network}/{name[len(prefix) :].replace('.', '_')}"
    return f"unet/{name.replace('.', '_')}"


def _width(parts: Mapping[str, tuple[int, ...]]) -> int:
    """Length of the input of the module that the parts change; 0 when they do not tell.

    A product w1 ⊗ w2 (LoKr) takes the product of both; each of them may be written as a product itself.
    """
    for ending, shape in parts.items():
        if ending.endswith(("down.weight", "lora_A.weight", "lora_A.default.weight", ".hada_w1_b", ".diff")):
            return shape[1] if len(shape) > 1 else 0
    one = _second(parts, ".lokr_w1", ".lokr_w1_b")
    two = _second(parts, ".lokr_w2", ".lokr_w2_b")
    return one * two


def _second(parts: Mapping[str, tuple[int, ...]], whole: str, right: str) -> int:
    shape = parts.get(whole) or parts.get(right) or ()
    return shape[1] if len(shape) > 1 else 0
