"""Text encoders and picture codecs that several families share, and where to get them.

Sizes are those of the named files on the hub.
"""

from __future__ import annotations

from collections.abc import Mapping

from studio.library.signs.sign import Part, Sign

ENCODERS: Mapping[str, tuple[Sign, ...]] = {  # variant of a "text-encoder" file: any of these proves it
    "clip-l": (Sign(has={"text_model.embeddings.token_embedding.weight": (49408, 768)}),),
    "clip-g": (
        Sign(has={"text_model.embeddings.token_embedding.weight": (49408, 1280)}),
        Sign(has={"transformer.resblocks.31.attn.in_proj_weight": (3840, 1280)}),
    ),
    "clip-h": (
        Sign(has={"text_model.embeddings.token_embedding.weight": (49408, 1024)}),
        Sign(has={"transformer.resblocks.22.attn.in_proj_weight": (3072, 1024)}),
    ),
    "t5-xxl": (
        Sign(
            has={"encoder.block.23.layer.0.SelfAttention.q.weight": (4096, 4096)},
            lacks=("encoder.block.1.layer.0.SelfAttention.relative_attention_bias.weight",),
        ),
        Sign(has={"token_embd.weight": (32128, 4096), "enc.blk.0.attn_q.weight": None}),
    ),
    "umt5-xxl": (
        Sign(has={"encoder.block.1.layer.0.SelfAttention.relative_attention_bias.weight": None}),
        Sign(has={"token_embd.weight": (256384, 4096), "enc.blk.0.attn_q.weight": None}),
    ),
    "qwen3-4b": (
        Sign(has={"layers.0.self_attn.q_norm.weight": None, "embed_tokens.weight": (None, 2560)}),
        Sign(has={"blk.0.attn_q_norm.weight": None, "token_embd.weight": (None, 2560)}),
    ),
    "qwen3-8b": (
        Sign(has={"layers.0.self_attn.q_norm.weight": None, "embed_tokens.weight": (None, 4096)}),
        Sign(has={"blk.0.attn_q_norm.weight": None, "token_embd.weight": (None, 4096)}),
    ),
    "qwen2.5-vl-7b": (
        Sign(has={"layers.0.self_attn.q_proj.bias": (3584,), "embed_tokens.weight": (None, 3584)}),
        Sign(has={"blk.0.attn_q.bias": (3584,), "token_embd.weight": (None, 3584)}),
    ),
    "gemma2-2b": (
        Sign(has={"layers.0.pre_feedforward_layernorm.weight": (2304,), "embed_tokens.weight": (None, 2304)}),
        Sign(has={"blk.0.post_ffw_norm.weight": (2304,), "token_embd.weight": (None, 2304)}),
    ),
}

CLIP_L = Part(
    role="text_encoder",
    kind="text-encoder",
    variant="clip-l",
    title="the CLIP-L text encoder",
    inside=("text_encoders.clip_l.",),
    repository="comfyanonymous/flux_text_encoders",
    file="clip_l.safetensors",
    size=246_144_152,
)
CLIP_G = Part(
    role="text_encoder_2",
    kind="text-encoder",
    variant="clip-g",
    title="the CLIP-G text encoder",
    inside=("text_encoders.clip_g.",),
    repository="Comfy-Org/stable-diffusion-3.5-fp8",
    file="text_encoders/clip_g.safetensors",
    size=1_389_382_176,
)
T5_XXL = Part(
    role="text_encoder_2",
    kind="text-encoder",
    variant="t5-xxl",
    title="the T5-XXL text encoder",
    inside=("text_encoders.t5xxl.",),
    repository="comfyanonymous/flux_text_encoders",
    file="t5xxl_fp8_e4m3fn.safetensors",
    size=4_893_934_904,
)
QWEN3_4B = Part(
    role="text_encoder",
    kind="text-encoder",
    variant="qwen3-4b",
    title="the Qwen3 4B text encoder",
    inside=("text_encoders.qwen3_4b.",),
    repository="Comfy-Org/z_image_turbo",
    file="split_files/text_encoders/qwen_3_4b.safetensors",
    size=8_044_982_048,
)
QWEN3_8B = Part(
    role="text_encoder",
    kind="text-encoder",
    variant="qwen3-8b",
    title="the Qwen3 8B text encoder",
    inside=("text_encoders.qwen3_8b.",),
)
QWEN25_VL = Part(
    role="text_encoder",
    kind="text-encoder",
    variant="qwen2.5-vl-7b",
    title="the Qwen2.5-VL 7B text encoder",
    inside=("text_encoders.qwen25_7b.",),
    repository="Comfy-Org/Qwen-Image_ComfyUI",
    file="split_files/text_encoders/qwen_2.5_vl_7b_fp8_scaled.safetensors",
    size=9_384_670_680,
)
GEMMA2 = Part(
    role="text_encoder",
    kind="text-encoder",
    variant="gemma2-2b",
    title="the Gemma 2 2B text encoder",
    inside=("text_encoders.gemma2_2b.",),
    repository="Comfy-Org/Lumina_Image_2.0_Repackaged",
    file="split_files/text_encoders/gemma_2_2b_fp16.safetensors",
    size=5_230_000_000,
)

CODECS: Mapping[str, tuple[Sign, ...]] = {  # variant of a "vae" file
    "kl-4": (Sign(has={"decoder.conv_in.weight": (512, 4, 3, 3)}),),
    "kl-16": (Sign(has={"decoder.conv_in.weight": (512, 16, 3, 3)}),),
    "kl-32": (Sign(has={"decoder.conv_in.weight": (512, 32, 3, 3)}),),
    "kl-video": (  # three-dimensional, shared with Wan 2.1
        Sign(has={"decoder.middle.0.residual.0.gamma": None, "conv2.weight": (16, 16, 1, 1, 1)}),
        Sign(has={"decoder.mid_block.resnets.0.norm1.gamma": None, "post_quant_conv.weight": (16, 16, 1, 1, 1)}),
    ),
    "dc-32": (
        Sign(has={"decoder.project_in.main.conv.weight": (1024, 32, 3, 3)}),
        Sign(has={"decoder.conv_in.weight": (1024, 32, 3, 3)}),
    ),
    "tiny": (
        Sign(has={"decoder.layers.0.weight": (64, None, 3, 3)}),
        Sign(has={"decoder.1.weight": (64, None, 3, 3)}),
        Sign(has={"1.weight": (64, None, 3, 3), "3.conv.0.weight": (64, 64, 3, 3)}),
    ),
}

_INSIDE = ("first_stage_model.", "vae.")
KL_4 = Part(role="vae", kind="vae", variant="kl-4", title="the picture codec (VAE)", inside=_INSIDE)
KL_16 = Part(
    role="vae",
    kind="vae",
    variant="kl-16",
    title="the picture codec (ae.safetensors)",
    inside=_INSIDE,
    repository="Comfy-Org/Lumina_Image_2.0_Repackaged",
    file="split_files/vae/ae.safetensors",
    size=335_304_388,
)
KL_32 = Part(
    role="vae",
    kind="vae",
    variant="kl-32",
    title="the picture codec of FLUX.2",
    inside=_INSIDE,
    repository="Comfy-Org/flux2-dev",
    file="split_files/vae/flux2-vae.safetensors",
    size=336_000_000,
)
QWEN_CODEC = Part(
    role="vae",
    kind="vae",
    variant="kl-video",
    title="the picture codec of Qwen-Image",
    inside=_INSIDE,
    repository="Comfy-Org/Qwen-Image_ComfyUI",
    file="split_files/vae/qwen_image_vae.safetensors",
    size=253_806_246,
)
DC_32 = Part(role="vae", kind="vae", variant="dc-32", title="the picture codec of Sana", inside=_INSIDE)
