"""Z-Image: one stream of pictures and words, 30 layers, 3840 wide, reading Qwen3 4B."""

from __future__ import annotations

from studio.library.signs.encoders import KL_16, QWEN3_4B
from studio.library.signs.sign import Adapted, Sign, Signs, Variant

_BASE = r"z.?image.?(base|edit|omni)|^z.?image([-_](bf16|fp16|fp8\w*|q\d\w*))?$"

SIGNS = Signs(
    family="zimage",
    title="Z-Image",
    prediction="flow",
    networks=(
        Sign(
            has={"layers.0.adaLN_modulation.0.weight": (15360, 256), "cap_embedder.0.weight": (2560,)},
            lacks=("control_layers.0.adaLN_modulation.0.weight",),
        ),
    ),
    variants=(
        # the same tensors; most files are of the model distilled to eight steps, so only the others say what they are
        Variant(name="base", sign=Sign(named=_BASE)),
        Variant(name="turbo", sign=Sign()),
    ),
    pipelines={"ZImagePipeline": "", "ZImageImg2ImgPipeline": "", "ZImageInpaintPipeline": ""},
    adapted=(
        Adapted(
            module=r"^unet/(layers|noise_refiner|context_refiner)_\d+_attention_(to_[kqv]|qkv|out)", widths=(3840,)
        ),
        Adapted(module=r"^unet/(layers|noise_refiner|context_refiner)_\d+_feed_forward_w[13]$", widths=(3840,)),
        Adapted(module=r"^unet/(layers|noise_refiner|context_refiner)_\d+_feed_forward_w2$", widths=(10240,)),
    ),
    bases=r"z.?image",
    controls=(
        Sign(has={"control_layers.0.adaLN_modulation.0.weight": (15360, 256)}),
        Sign(has={"control_all_x_embedder.2-1.weight": (3840, None)}),
    ),
    parts=(QWEN3_4B, KL_16),
    called=r"z.?image",
)
