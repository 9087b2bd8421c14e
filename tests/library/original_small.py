"""LoRAs in every dialect, embeddings, upscalers and what steers, in the same form as `original.py`."""

from __future__ import annotations

from tests.library.original import attention, clip, flux, flux2, xl


def pairs(modules, down=".lora_down.weight", up=".lora_up.weight", rank=16, alpha=True):
    """modules: name → (out, in)."""
    shapes = {}
    for name, (outer, inner) in modules.items():
        shapes |= {f"{name}{down}": [rank, inner], f"{name}{up}": [outer, rank]}
        if alpha:
            shapes[f"{name}.alpha"] = []
    return shapes


def unet_modules(shape_of, joined, start):
    """The linear layers of the transformers in a UNet, named with `start` and `joined`."""
    return {
        start + name.removesuffix(".weight").replace(".", joined): shape
        for name, shape in shape_of.items()
        if name.endswith(".weight") and len(shape) == 2 and "attn" in name
    }


def diffusers_unet(context, depths, width=(320, 640, 1280)):
    shapes = {}
    for level, depth in enumerate(depths):
        for number in range(2 if depth else 0):
            shapes |= attention(f"down_blocks.{level}.attentions.{number}", width[level], context, True, depth)
    return shapes


def loras():
    v1, big = diffusers_unet(768, (1, 1, 1)), diffusers_unet(2048, (0, 2, 10))
    yield (
        "lora/sd15-kohya",
        pairs(unet_modules(v1, "_", "lora_unet_")),
        ("lora", "sd15", "lora"),
        {"": "F16"},
        {
            "ss_base_model_version": "sd_v1",
            "ss_sd_model_name": "nai.ckpt",
            "ss_new_sd_model_hash": "ab" * 32,
            "ss_tag_frequency": '{"10_me": {"meadow": 12, "sks girl": 30}}',
        },
    )
    yield (
        "lora/sd15-diffusers",
        pairs(
            {f"{n}": s for n, s in unet_modules(v1, ".", "unet.").items()},
            ".lora.down.weight",
            ".lora.up.weight",
            alpha=False,
        ),
        ("lora", "sd15", "lora"),
    )
    old = {n.replace(".to_", ".processor.to_"): s for n, s in unet_modules(v1, ".", "unet.").items()}
    yield (
        "lora/sd15-first-diffusers",
        pairs(old, "_lora.down.weight", "_lora.up.weight", alpha=False),
        (
            "lora",
            "sd15",
            "lora",
        ),
    )
    words = {f"lora_te_text_model_encoder_layers_{n}_self_attn_q_proj": (768, 768) for n in range(12)}
    yield "lora/sd15-words-only", pairs(words), ("lora", "sd15", "lora")
    yield (
        "lora/sd21-kohya",
        pairs(unet_modules(diffusers_unet(1024, (1, 1, 1)), "_", "lora_unet_")),
        (
            "lora",
            "sd21",
            "lora",
        ),
    )
    yield "lora/sdxl-kohya", pairs(unet_modules(big, "_", "lora_unet_")), ("lora", "sdxl", "lora")
    yield (
        "lora/sdxl-peft",
        pairs(unet_modules(big, ".", "unet."), ".lora_A.weight", ".lora_B.weight", alpha=False),
        (
            "lora",
            "sdxl",
            "lora",
        ),
    )
    yield (
        "lora/sdxl-bare-peft",
        pairs(unet_modules(big, ".", "base_model.model."), ".lora_A.weight", ".lora_B.weight", alpha=False),
        ("lora", "sdxl", "lora"),
    )
    ldm = {n: s for n, s in xl().items() if "input_blocks" in n}
    yield "lora/sdxl-kohya-original-names", pairs(unet_modules(ldm, "_", "lora_unet_")), ("lora", "sdxl", "lora")
    yield "lora/sdxl-lightning-4step", pairs(unet_modules(big, "_", "lora_unet_")), ("lora", "sdxl", "lora")
    loha, lokr = {}, {}
    for name, (outer, inner) in unet_modules(big, "_", "lora_unet_").items():
        for one in ("1", "2"):
            loha |= {f"{name}.hada_w{one}_a": [outer, 8], f"{name}.hada_w{one}_b": [8, inner]}
        lokr |= {
            f"{name}.lokr_w1": [16, 16],
            f"{name}.lokr_w2_a": [outer // 16, 8],
            f"{name}.lokr_w2_b": [8, inner // 16],
        }
    yield "lora/sdxl-loha", loha, ("lora", "sdxl", "loha")
    yield "lora/sdxl-lokr", lokr, ("lora", "sdxl", "lokr")
    v1_names = unet_modules(v1, "_", "lycoris_")
    yield "lora/sd15-full", {f"{n}.diff": list(s) for n, s in v1_names.items()}, ("lora", "sd15", "full")
    dora = pairs(unet_modules(v1, "_", "lora_unet_"))
    dora |= {f"{n}.dora_scale": [1, s[1]] for n, s in unet_modules(v1, "_", "lora_unet_").items()}
    yield "lora/sd15-dora", dora, ("lora", "sd15", "lora")
    yield (
        "lora/sdxl-oft",
        {f"{n}.oft_blocks": [4, 80, 80] for n in unet_modules(big, "_", "oft_unet_")},
        (
            "lora",
            "sdxl",
            "oft",
        ),
    )
    bfl = {n.removesuffix(".weight"): s for n, s in flux().items() if "blocks" in n and len(s) == 2}
    yield (
        "lora/flux-kohya",
        pairs({"lora_unet_" + n.replace(".", "_"): s for n, s in bfl.items()}),
        (
            "lora",
            "flux",
            "lora",
        ),
    )
    yield (
        "lora/flux-bfl",
        pairs({f"diffusion_model.{n}": s for n, s in bfl.items()}, ".lora_A.weight", ".lora_B.weight"),
        (
            "lora",
            "flux",
            "lora",
        ),
    )
    new = {
        f"transformer.{kind}.{n}.attn.to_{p}": (3072, 3072)
        for kind, count in (("transformer_blocks", 19), ("single_transformer_blocks", 38))
        for n in range(count)
        for p in "qkv"
    }
    yield "lora/flux-peft", pairs(new, ".lora_A.weight", ".lora_B.weight", alpha=False), ("lora", "flux", "lora")
    xlabs = {f"double_blocks.{n}.processor.{p}": (3072, 3072) for n in range(19) for p in ("qkv", "proj")}
    yield (
        "lora/flux-xlabs",
        pairs(xlabs, "_lora1.down.weight", "_lora1.up.weight", alpha=False),
        ("lora", "flux", "lora"),
    )
    claim = {"modelspec.architecture": "chroma/lora", "ss_base_model_version": "chroma"}
    cut = {n: s for n, s in bfl.items() if "mod" not in n}
    yield (
        "lora/chroma-kohya",
        pairs({"lora_unet_" + n.replace(".", "_"): s for n, s in cut.items()}),
        (
            "lora",
            "chroma",
            "lora",
        ),
        {},
        claim,
    )
    for name, width, words_, double, single in (("4b", 3072, 7680, 5, 20), ("9b", 4096, 12288, 8, 24)):
        klein = flux2(width, words_, double, single)
        blocks = {
            f"diffusion_model.{n.removesuffix('.weight')}": s for n, s in klein.items() if "blocks" in n and len(s) == 2
        }
        yield f"lora/flux2-klein-{name}", pairs(blocks, ".lora_A.weight", ".lora_B.weight"), ("lora", "flux2", "lora")
    joint = {f"transformer.transformer_blocks.{n}.attn.to_{p}": (2432, 2432) for n in range(38) for p in "qkv"}
    yield "lora/sd35-peft", pairs(joint, ".lora_A.weight", ".lora_B.weight", alpha=False), ("lora", "sd35", "lora")
    kohya3 = {f"lora_unet_joint_blocks_{n}_x_block_attn_qkv": (7296, 2432) for n in range(38)}
    yield "lora/sd35-kohya", pairs(kohya3), ("lora", "sd35", "lora")
    qwen = {f"transformer.transformer_blocks.{n}.attn.to_{p}": (3072, 3072) for n in range(60) for p in "qkv"}
    yield (
        "lora/qwen-peft",
        pairs(qwen, ".lora_A.default.weight", ".lora_B.default.weight", alpha=False),
        (
            "lora",
            "qwen",
            "lora",
        ),
    )
    mlp = {f"lora_unet_transformer_blocks_{n}_img_mlp_net_2": (3072, 12288) for n in range(60)}
    yield "lora/qwen-kohya", pairs(mlp), ("lora", "qwen", "lora")
    z = {f"diffusion_model.layers.{n}.attention.to_{p}": (3840, 3840) for n in range(30) for p in "qkv"}
    yield "lora/zimage", pairs(z, ".lora_A.weight", ".lora_B.weight", alpha=False), ("lora", "zimage", "lora")
    s = {f"transformer.transformer_blocks.{n}.attn1.to_{p}": (2240, 2240) for n in range(20) for p in "qkv"}
    yield "lora/sana-peft", pairs(s, ".lora_A.weight", ".lora_B.weight", alpha=False), ("lora", "sana", "lora")
    lumina = {f"diffusion_model.layers.{n}.attention.qkv": (3 * 2304, 2304) for n in range(26)}
    yield "lora/of-something-else", pairs(lumina), ("lora", "", "lora")


def changed_flux(rank=128):
    """Black Forest Labs' FLUX.1-Canny-dev-lora and -Depth-dev-lora: all layers, and lengths of norms as they are."""
    found = {}
    for name, shape in flux(inputs=128).items():
        if len(shape) == 2:
            layer = name.removesuffix(".weight")
            found |= {f"{layer}.lora_A.weight": [rank, shape[1]], f"{layer}.lora_B.weight": [shape[0], rank]}
            found[f"{layer}.lora_B.bias"] = [shape[0]]
        else:
            found[name] = shape
    return found


def changed_transformer():
    """By diffusers' own script for training Control-LoRA."""
    layers = {"x_embedder": (3072, 128)}
    for block in range(19):
        layers |= {f"transformer_blocks.{block}.attn.to_{each}": (3072, 3072) for each in ("q", "k", "v", "out.0")}
        layers[f"transformer_blocks.{block}.ff.net.0.proj"] = (12288, 3072)
    modules = {f"transformer.{name}": shape for name, shape in layers.items()}
    return pairs(modules, ".lora_A.weight", ".lora_B.weight", alpha=False)


def small():
    """Embeddings, upscalers, image prompts and what is nothing at all."""
    yield "embedding/sd15", {"emb_params": [8, 768]}, ("embedding", "sd15", "")
    yield "embedding/sdxl", {"clip_l": [4, 768], "clip_g": [4, 1280]}, ("embedding", "sdxl", "")
    yield "embedding/diffusers", {"<my-style>": [1, 1024]}, ("embedding", "sd21", "")
    esrgan = {"model.0.weight": [64, 3, 3, 3]}
    esrgan |= {f"model.1.sub.{n}.RDB1.conv1.0.weight": [32, 64, 3, 3] for n in range(23)}
    yield "upscaler/4x-UltraSharp", esrgan, ("upscaler", "", "ESRGAN"), {"": "F32"}
    real = {"conv_first.weight": [64, 3, 3, 3], "conv_last.weight": [3, 64, 3, 3]}
    real |= {f"body.{n}.rdb1.conv1.weight": [32, 64, 3, 3] for n in range(23)}
    yield "upscaler/RealESRGAN_x4plus", {f"params_ema.{k}": v for k, v in real.items()}, ("upscaler", "", "ESRGAN")
    compact = {"body.0.weight": [64, 3, 3, 3], "body.1.weight": [64], "body.2.weight": [64, 64, 3, 3]}
    yield "upscaler/realesr-general-x4v3", compact, ("upscaler", "", "Compact")
    prompt = {"image_proj.proj.weight": [3072, 1024], "ip_adapter.1.to_k_ip.weight": [320, 768]}
    yield "ip-adapter_sd15", prompt, ("ip-adapter", "sd15", "")
    plus = {"image_proj.latents": [1, 16, 1280], "ip_adapter.1.to_k_ip.weight": [640, 2048]}
    yield "ip-adapter-plus_sdxl_vit-h", plus, ("ip-adapter", "sdxl", "")
    control = {"lora_controlnet": [0], "input_hint_block.0.weight": [16, 3, 3, 3], "label_emb.0.0.weight": [1280, 2816]}
    yield "control-lora-canny-rank128", control, ("control-lora", "sdxl", "")
    yield "flux1-canny-dev-lora", changed_flux(), ("control-lora", "flux", ""), {"": "BF16"}
    yield "control-lora-flux-trained-with-diffusers", changed_transformer(), ("control-lora", "flux", "")
    klein = {"x_embedder": (3072, 128), "single_transformer_blocks.0.attn.to_qkv_mlp_proj": (27648, 3072)}
    klein |= {f"transformer_blocks.{n}.ff.linear_in": (18432, 3072) for n in range(5)}
    klein = pairs({f"transformer.{n}": s for n, s in klein.items()}, ".lora_A.weight", ".lora_B.weight", alpha=False)
    yield "lora/klein-with-its-first-layer", klein, ("lora", "flux2", "lora")
    xlabs = {"ip_adapter_proj_model.proj.weight": [16384, 768], "ip_adapter_proj_model.norm.weight": [4096]}
    for block in range(19):
        at = f"double_blocks.{block}.processor.ip_adapter_double_stream"
        xlabs |= {f"{at}_{half}_proj.weight": [3072, 4096] for half in "kv"}
        xlabs |= {f"{at}_{half}_proj.bias": [3072] for half in "kv"}
    yield "flux-ip-adapter-v2", xlabs, ("ip-adapter", "flux", ""), {"": "F32"}
    yield (
        "clip_vision_h",
        {"vision_model.embeddings.patch_embedding.weight": [1280, 3, 14, 14]},
        (
            "image-encoder",
            "",
            "",
        ),
    )
    qwen = {f"model.layers.{n}.self_attn.q_norm.weight": [128] for n in range(36)}
    yield "qwen_3_4b", {"model.embed_tokens.weight": [151936, 2560], **qwen}, ("text-encoder", "", "qwen3-4b")
    vl = {f"model.layers.{n}.self_attn.q_proj.bias": [3584] for n in range(28)}
    yield "qwen_2.5_vl_7b", {"model.embed_tokens.weight": [152064, 3584], **vl}, ("text-encoder", "", "qwen2.5-vl-7b")
    yield "clip_g", clip("text_model.", 1280, 32), ("text-encoder", "", "clip-g")
    yield (
        "a-speech-model",
        {"encoder.blocks.0.attn.query.weight": [384, 384], "decoder.ln.weight": [384]},
        (
            "unknown",
            "",
            "",
        ),
    )
