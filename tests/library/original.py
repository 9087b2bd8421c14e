"""Shapes of tensors as the families' own code names them, spelled out from their published configurations.

Each function yields (name, {key: shape}, (kind, family, variant)[, dtypes[, metadata]]); dtypes[""] is for all others.
"""

from __future__ import annotations

UNET = "model.diffusion_model."


def attention(at, width, context, linear=False, depth=1):
    """A SpatialTransformer (github.com/CompVis/latent-diffusion, ldm/modules/attention.py)."""
    project = [width, width] if linear else [width, width, 1, 1]
    shapes = {f"{at}.norm.weight": [width], f"{at}.proj_in.weight": project, f"{at}.proj_out.weight": project}
    for block in range(depth):
        inner = f"{at}.transformer_blocks.{block}"
        for number, read in ((1, width), (2, context)):
            shapes |= {
                f"{inner}.attn{number}.to_q.weight": [width, width],
                f"{inner}.attn{number}.to_k.weight": [width, read],
                f"{inner}.attn{number}.to_v.weight": [width, read],
                f"{inner}.attn{number}.to_out.0.weight": [width, width],
            }
        shapes[f"{inner}.ff.net.0.proj.weight"] = [8 * width, width]
        shapes[f"{inner}.ff.net.2.weight"] = [width, 4 * width]
    return shapes


def ldm_unet(context, channels=4, base=320, multiples=(1, 2, 4, 4), depths=(1, 1, 1, 0), linear=False, added=0):
    """The UNet of openaimodel.py: two residual blocks a level; depths: of the transformers at each level."""
    shapes = {"time_embed.0.weight": [4 * base, base], "input_blocks.0.0.weight": [base, channels, 3, 3]}
    if added:
        shapes["label_emb.0.0.weight"] = [4 * base, added]
    number, width = 1, base
    for level, multiple in enumerate(multiples):
        for _ in range(2):
            shapes[f"input_blocks.{number}.0.in_layers.2.weight"] = [base * multiple, width, 3, 3]
            width = base * multiple
            if depths[level]:
                shapes |= attention(f"input_blocks.{number}.1", width, context, linear, depths[level])
            number += 1
        if level < len(multiples) - 1:
            shapes[f"input_blocks.{number}.0.op.weight"] = [width, width, 3, 3]
            number += 1
    shapes |= attention("middle_block.1", width, context, linear, max(depths))
    shapes["out.2.weight"] = [4, base, 3, 3]
    return shapes


def clip(at, width=768, layers=12):
    shapes = {
        f"{at}embeddings.token_embedding.weight": [49408, width],
        f"{at}embeddings.position_embedding.weight": [77, width],
    }
    for layer in range(layers):
        for part in "qkv":
            shapes[f"{at}encoder.layers.{layer}.self_attn.{part}_proj.weight"] = [width, width]
        shapes[f"{at}encoder.layers.{layer}.mlp.fc1.weight"] = [4 * width, width]
    return shapes


def open_clip(at, width=1280, layers=32):
    shapes = {f"{at}token_embedding.weight": [49408, width], f"{at}positional_embedding": [77, width]}
    for layer in range(layers):
        inner = f"{at}transformer.resblocks.{layer}"
        shapes[f"{inner}.attn.in_proj_weight"] = [3 * width, width]
        shapes[f"{inner}.mlp.c_proj.bias"] = [width]
    return shapes


def ldm_vae(at="first_stage_model.", channels=4):
    shapes = {
        f"{at}encoder.conv_in.weight": [128, 3, 3, 3],
        f"{at}encoder.conv_out.weight": [2 * channels, 512, 3, 3],
        f"{at}decoder.conv_in.weight": [512, channels, 3, 3],
        f"{at}decoder.conv_out.weight": [3, 128, 3, 3],
    }
    for level, (inner, outer) in enumerate(((128, 128), (128, 256), (256, 512), (512, 512))):
        shapes[f"{at}encoder.down.{level}.block.0.conv1.weight"] = [outer, inner, 3, 3]
        shapes[f"{at}decoder.up.{level}.block.0.conv1.weight"] = [inner, outer, 3, 3]
    return shapes


def flux(guided=True, inputs=64, width=3072, double=19, single=38):
    """github.com/black-forest-labs/flux, src/flux/model.py."""
    shapes = {
        "img_in.weight": [width, inputs],
        "txt_in.weight": [width, 4096],
        "time_in.in_layer.weight": [width, 256],
        "vector_in.in_layer.weight": [width, 768],
        "final_layer.linear.weight": [64, width],
    }
    if guided:
        shapes["guidance_in.in_layer.weight"] = [width, 256]
    for block in range(double):
        for stream in ("img", "txt"):
            at = f"double_blocks.{block}.{stream}"
            shapes |= {
                f"{at}_mod.lin.weight": [6 * width, width],
                f"{at}_attn.qkv.weight": [3 * width, width],
                f"{at}_attn.norm.query_norm.scale": [128],
                f"{at}_attn.norm.key_norm.scale": [128],
                f"{at}_attn.proj.weight": [width, width],
                f"{at}_mlp.0.weight": [4 * width, width],
                f"{at}_mlp.2.weight": [width, 4 * width],
            }
    for block in range(single):
        at = f"single_blocks.{block}"
        shapes |= {
            f"{at}.linear1.weight": [7 * width, width],
            f"{at}.linear2.weight": [width, 5 * width],
            f"{at}.norm.query_norm.scale": [128],
            f"{at}.modulation.lin.weight": [3 * width, width],
        }
    return shapes


def chroma():
    """FLUX.1 without modulation in the blocks (huggingface.co/lodestones/Chroma)."""
    kept = {name: shape for name, shape in flux(guided=False).items() if "mod" not in name and "vector_in" not in name}
    kept = {name: shape for name, shape in kept.items() if not name.startswith("time_in")}
    return {
        **kept,
        "distilled_guidance_layer.in_proj.weight": [5120, 64],
        "distilled_guidance_layer.in_proj.bias": [5120],
        "distilled_guidance_layer.layers.0.in_layer.weight": [5120, 5120],
        "distilled_guidance_layer.out_proj.weight": [3072, 5120],
    }


def flux2(width, words, double, single, guided=False):
    """github.com/black-forest-labs/flux2, src/flux2/model.py."""
    shapes = {
        "img_in.weight": [width, 128],
        "txt_in.weight": [width, words],
        "time_in.in_layer.weight": [width, 256],
        "double_stream_modulation_img.lin.weight": [6 * width, width],
        "double_stream_modulation_txt.lin.weight": [6 * width, width],
        "single_stream_modulation.lin.weight": [3 * width, width],
        "final_layer.linear.weight": [128, width],
    }
    if guided:
        shapes["guidance_in.in_layer.weight"] = [width, 256]
    for block in range(double):
        for stream in ("img", "txt"):
            at = f"double_blocks.{block}.{stream}"
            shapes |= {
                f"{at}_attn.qkv.weight": [3 * width, width],
                f"{at}_attn.norm.key_norm.scale": [128],
                f"{at}_attn.proj.weight": [width, width],
                f"{at}_mlp.0.weight": [6 * width, width],
                f"{at}_mlp.2.weight": [width, 3 * width],
            }
    for block in range(single):
        shapes[f"single_blocks.{block}.linear1.weight"] = [9 * width, width]
        shapes[f"single_blocks.{block}.linear2.weight"] = [width, 4 * width]
    return shapes


def sd3(width, blocks, positions):
    """github.com/Stability-AI/sd3.5, mmditx.py."""
    shapes = {
        "pos_embed": [1, positions, width],
        "x_embedder.proj.weight": [width, 16, 2, 2],
        "context_embedder.weight": [width, 4096],
        "y_embedder.mlp.0.weight": [width, 2048],
        "t_embedder.mlp.0.weight": [width, 256],
        "final_layer.linear.weight": [64, width],
    }
    for block in range(blocks):
        for stream in ("x_block", "context_block"):
            at = f"joint_blocks.{block}.{stream}"
            shapes |= {
                f"{at}.adaLN_modulation.1.weight": [6 * width, width],
                f"{at}.adaLN_modulation.1.bias": [6 * width],
                f"{at}.attn.qkv.weight": [3 * width, width],
                f"{at}.mlp.fc1.weight": [4 * width, width],
            }
    return shapes


def z_image():
    """github.com/Tongyi-MAI/Z-Image, with queries, keys and values joined as ComfyUI stores them."""
    shapes = {
        "x_embedder.weight": [3840, 64],
        "cap_embedder.0.weight": [2560],
        "cap_embedder.1.weight": [3840, 2560],
        "t_embedder.mlp.0.weight": [1024, 256],
        "final_layer.linear.weight": [64, 3840],
    }
    names = [f"layers.{n}" for n in range(30)] + [
        f"{r}.{n}" for r in ("noise_refiner", "context_refiner") for n in (0, 1)
    ]
    for at in names:
        shapes |= {
            f"{at}.attention.qkv.weight": [11520, 3840],
            f"{at}.attention.out.weight": [3840, 3840],
            f"{at}.feed_forward.w1.weight": [10240, 3840],
            f"{at}.feed_forward.w2.weight": [3840, 10240],
        }
        if not at.startswith("context"):
            shapes[f"{at}.adaLN_modulation.0.weight"] = [15360, 256]
    return shapes


def sana(width=2240, blocks=20):
    """github.com/NVlabs/Sana, diffusion/model/nets/sana_multi_scale.py."""
    shapes = {
        "x_embedder.proj.weight": [width, 32, 1, 1],
        "y_embedder.y_proj.fc1.weight": [width, 2304],
        "t_embedder.mlp.0.weight": [width, 256],
        "t_block.1.weight": [6 * width, width],
    }
    for block in range(blocks):
        at = f"blocks.{block}"
        shapes |= {
            f"{at}.attn.qkv.weight": [3 * width, width],
            f"{at}.cross_attn.q_linear.weight": [width, width],
            f"{at}.cross_attn.kv_linear.weight": [2 * width, width],
            f"{at}.mlp.inverted_conv.conv.weight": [5600 * 2, width, 1, 1],
        }
    return shapes


def under(prefix, shapes):
    return {prefix + name: shape for name, shape in shapes.items()}


def xl(**more):
    return ldm_unet(2048, multiples=(1, 2, 4), depths=(0, 2, 10), linear=True, added=2816, **more)


def checkpoints():
    v1 = {**clip("cond_stage_model.transformer.text_model."), **ldm_vae()}
    v2 = {**open_clip("cond_stage_model.model.", 1024, 23), **ldm_vae()}
    two = {**clip("conditioner.embedders.0.transformer.text_model."), **open_clip("conditioner.embedders.1.model.")}
    two |= ldm_vae()
    refiner = ldm_unet(1280, base=384, multiples=(1, 2, 4, 4), depths=(0, 4, 4, 0), linear=True, added=2560)
    single = {"": "F16"}
    yield "v1-5-pruned-emaonly", under(UNET, ldm_unet(768)) | v1, ("checkpoint", "sd15", ""), {"": "F32"}
    yield "sd-v1-5-inpainting", under(UNET, ldm_unet(768, 9)) | v1, ("checkpoint", "sd15", "inpaint"), single
    yield "instruct-pix2pix-00-22000", under(UNET, ldm_unet(768, 8)) | v1, ("checkpoint", "sd15", "edit"), single
    yield "dreamshaper_8LCM", under(UNET, ldm_unet(768)) | v1, ("checkpoint", "sd15", "lcm"), single
    yield "v2-1_768-ema-pruned", under(UNET, ldm_unet(1024, linear=True)) | v2, ("checkpoint", "sd21", "v-prediction")
    yield "v2-1_512-ema-pruned", under(UNET, ldm_unet(1024, linear=True)) | v2, ("checkpoint", "sd21", "base")
    yield "512-inpainting-ema", under(UNET, ldm_unet(1024, 9, linear=True)) | v2, ("checkpoint", "sd21", "inpaint")
    yield "sd_xl_base_1.0", under(UNET, xl()) | two, ("checkpoint", "sdxl", "")
    yield (
        "sd_xl_refiner_1.0",
        under(UNET, refiner) | open_clip("conditioner.embedders.0.model.") | ldm_vae(),
        (
            "checkpoint",
            "sdxl",
            "refiner",
        ),
    )
    yield "sd_xl_turbo_1.0_fp16", under(UNET, xl()) | two, ("checkpoint", "sdxl", "turbo")
    yield "sdxl_lightning_4step", under(UNET, xl()) | two, ("checkpoint", "sdxl", "lightning")
    yield "ponyDiffusionV6XL_v6", under(UNET, xl()) | two, ("checkpoint", "sdxl", "")
    yield "Illustrious-XL-v0.1", under(UNET, xl()) | two, ("checkpoint", "sdxl", "")
    noob = under(UNET, xl()) | two | {"v_pred": [0], "ztsnr": [0]}
    yield "NoobAI-XL-Vpred-v1.0", noob, ("checkpoint", "sdxl", "v-prediction")
    half = ldm_unet(2048, multiples=(1, 2, 4), depths=(0, 2, 4), linear=True, added=2816)
    yield "SSD-1B", under(UNET, half) | two, ("checkpoint", "sdxl", "pruned")
    yield "sdxl_unet_only", under(UNET, xl()), ("diffusion", "sdxl", "")
    yield "flux1-dev-original", flux(), ("diffusion", "flux", "dev"), {"": "BF16"}
    yield "flux1-schnell-original", flux(guided=False), ("diffusion", "flux", "schnell"), {"": "BF16"}
    yield "flux1-fill-dev-original", flux(inputs=384), ("diffusion", "flux", "fill")
    yield "flux1-canny-dev", flux(inputs=128), ("diffusion", "flux", "control")
    yield "flux1-kontext-dev-fp8", flux(), ("diffusion", "flux", "kontext"), {"": "F8_E4M3"}
    whole = under(UNET, flux()) | clip("text_encoders.clip_l.transformer.text_model.")
    whole |= {"text_encoders.t5xxl.transformer.shared.weight": [32128, 4096]} | ldm_vae("vae.", 16)
    yield "flux1-dev-fp8-all-in-one", whole, ("checkpoint", "flux", "dev"), {"": "F8_E4M3"}
    packed = {name: [shape[0] * shape[1] // 2, 1] if len(shape) == 2 else shape for name, shape in flux().items()}
    extra = {f"{name}.quant_state.bitsandbytes__nf4": [120] for name, shape in flux().items() if len(shape) == 2}
    yield "flux1-dev-bnb-nf4", under(UNET, packed | extra), ("diffusion", "flux", "dev"), {"": "U8"}
    yield "Chroma1-HD", chroma(), ("diffusion", "chroma", "hd"), {"": "BF16"}
    yield "flux-2-klein-4b", flux2(3072, 7680, 5, 20), ("diffusion", "flux2", "klein-4b"), {"": "BF16"}
    yield "flux-2-klein-base-4b", flux2(3072, 7680, 5, 20), ("diffusion", "flux2", "klein-base-4b"), {"": "BF16"}
    yield "flux-2-klein-9b", flux2(4096, 12288, 8, 24), ("diffusion", "flux2", "klein-9b"), {"": "BF16"}
    yield "flux2-dev", flux2(6144, 15360, 8, 48, True), ("diffusion", "flux2", "dev"), {"": "BF16"}
    large = under(UNET, sd3(2432, 38, 36864))
    yield "sd3.5_large-original", large | ldm_vae("first_stage_model.", 16), ("checkpoint", "sd35", "large")
    yield "sd3.5_large_turbo", under(UNET, sd3(2432, 38, 36864)), ("diffusion", "sd35", "large-turbo")
    yield "sd3.5_medium-original", under(UNET, sd3(1536, 24, 147456)), ("diffusion", "sd35", "medium")
    yield "sd3_medium", under(UNET, sd3(1536, 24, 36864)), ("diffusion", "sd35", "3-medium")
    yield "z_image_turbo_bf16", z_image(), ("diffusion", "zimage", "turbo"), {"": "BF16"}
    yield "z_image_bf16", z_image(), ("diffusion", "zimage", "base"), {"": "BF16"}
    yield "Sana_1600M_1024px_MultiLing", sana(), ("diffusion", "sana", "")
    yield "Sana_600M_1024px", sana(1152, 28), ("diffusion", "sana", "600m")
    yield (
        "wan2.1_t2v_1.3B",
        {"head.modulation": [1, 2, 1536], "patch_embedding.weight": [1536, 16, 1, 2, 2]},
        (
            "diffusion",
            "",
            "",
        ),
    )
    yield "ae-original", ldm_vae("", 16), ("vae", "flux", "kl-16")
    yield "vae-ft-mse-840000-ema-pruned", ldm_vae("first_stage_model."), ("vae", "sd15", "kl-4")
    control = under("control_model.", ldm_unet(768)) | {"control_model.input_hint_block.0.weight": [16, 3, 3, 3]}
    yield "control_v11p_sd15_canny", control, ("controlnet", "sd15", "")
