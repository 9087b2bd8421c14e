"""Networks that are known by name but that nothing here can run: telling so is kinder than "unknown".

Keys as in diffusers' own table (loaders/single_file_utils.py, Apache-2.0).
"""

from __future__ import annotations

from studio.library.signs.sign import Sign

_MOTION = "down_blocks.0.motion_modules.0.temporal_transformer.transformer_blocks.0.attention_blocks.0"

OTHERS: tuple[tuple[str, Sign], ...] = (
    ("Wan (video)", Sign(has={"head.modulation": None})),
    ("Wan (video)", Sign(has={"blocks.0.cross_attn.norm_k.weight": None, "scale_shift_table": None})),
    ("HunyuanVideo", Sign(has={"txt_in.individual_token_refiner.blocks.0.adaLN_modulation.1.bias": None})),
    ("LTX-Video", Sign(has={"patchify_proj.weight": None})),
    ("Lumina 2", Sign(has={"cap_embedder.0.weight": (2304,)})),
    ("AuraFlow", Sign(has={"double_layers.0.attn.w2q.weight": None})),
    ("PixArt", Sign(has={"y_embedder.y_proj.fc1.weight": (None, 4096)})),
    ("PixArt", Sign(has={"caption_projection.linear_1.weight": (None, 4096)})),
    ("HiDream", Sign(has={"double_stream_blocks.0.block.adaLN_modulation.1.bias": None})),
    ("Stable Cascade", Sign(has={"clip_txt_mapper.weight": None})),
    ("Stable Cascade", Sign(has={"down_blocks.1.0.channelwise.0.weight": None})),
    ("Stable Video Diffusion", Sign(has={"input_blocks.1.0.time_stack.in_layers.0.weight": None})),
    ("AnimateDiff", Sign(has={f"{_MOTION}.pos_encoder.pe": None})),
    ("FLUX.3", Sign(has={"early_stream_modulations.image.lin.weight": None})),
    ("Qwen-Image 2.1", Sign(has={"txt_in.text_norm.weight": None})),
    ("Krea 2", Sign(has={"txtfusion.projector.weight": None})),
    ("Mochi", Sign(has={"blocks.0.attn.qkv_x.weight": None})),
    (
        "the x4 upscaler of Stable Diffusion",
        Sign(has={"input_blocks.10.0.skip_connection.bias": None, "label_emb.weight": (1000, 1024)}),
    ),
)
