"""Tiny pipelines of the families trained by flow matching: real layouts, random weights, made in code."""

from __future__ import annotations

import json
import string
from pathlib import Path
from typing import Any

import torch
from diffusers.models.autoencoders.autoencoder_dc import AutoencoderDC
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from diffusers.models.autoencoders.autoencoder_kl_flux2 import AutoencoderKLFlux2
from diffusers.models.autoencoders.autoencoder_kl_qwenimage import AutoencoderKLQwenImage
from diffusers.models.transformers.sana_transformer import SanaTransformer2DModel
from diffusers.models.transformers.transformer_chroma import ChromaTransformer2DModel
from diffusers.models.transformers.transformer_flux import FluxTransformer2DModel
from diffusers.models.transformers.transformer_flux2 import Flux2Transformer2DModel
from diffusers.models.transformers.transformer_qwenimage import QwenImageTransformer2DModel
from diffusers.models.transformers.transformer_sd3 import SD3Transformer2DModel
from diffusers.models.transformers.transformer_z_image import ZImageTransformer2DModel
from transformers import (
    CLIPTextModel,
    CLIPTextModelWithProjection,
    Gemma2Config,
    Gemma2Model,
    Qwen2_5_VLConfig,
    Qwen2_5_VLForConditionalGeneration,
    Qwen3Config,
    Qwen3ForCausalLM,
    Qwen3Model,
    T5Config,
    T5EncoderModel,
)
from transformers.models.gemma.tokenization_gemma import GemmaTokenizer
from transformers.models.qwen2.tokenization_qwen2 import Qwen2Tokenizer
from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil
from transformers.models.t5.tokenization_t5 import T5Tokenizer

from studio.pipelines.vocabularies import byte_letters
from tests.pipelines import tiny

ROPE = {"axes_dims_rope": (4, 6, 6)}
FLUX_SCHEDULE = {"shift": 3.0, "use_dynamic_shifting": True}


def save(folder: Path, kind: str, parts: dict[str, Any], schedule: dict[str, Any], **options: Any) -> Path:
    """As `tiny.save`, with a flow matching schedule."""
    name = options.pop("scheduler", "FlowMatchEulerDiscreteScheduler")
    tiny.save(folder, kind, parts, {}, **options)
    file = folder / "scheduler" / "scheduler_config.json"
    file.write_text(json.dumps({"_class_name": name, "num_train_timesteps": 1000, **schedule}))
    index = json.loads((folder / "model_index.json").read_text())
    index["scheduler"] = ["diffusers", name]
    (folder / "model_index.json").write_text(json.dumps(index))
    return folder


def t5_tokenizer() -> T5Tokenizer:
    letters = [(letter, -3.0) for letter in string.ascii_lowercase + ",.'"]
    words = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁", -2.0), *letters]
    return T5Tokenizer(vocab=words, extra_ids=0, additional_special_tokens=[], model_max_length=512)


def t5(width: int = 32) -> T5EncoderModel:
    shape = {"d_model": width, "d_ff": 37, "d_kv": 8, "num_heads": 4, "num_layers": 2}
    return T5EncoderModel(T5Config(vocab_size=64, feed_forward_proj="gated-gelu", **shape))


def codec(channels: int = 16, **changes: Any) -> AutoencoderKL:
    return AutoencoderKL(
        **{
            "block_out_channels": (8, 8, 16, 16),
            "latent_channels": channels,
            "down_block_types": ("DownEncoderBlock2D",) * 4,
            "up_block_types": ("UpDecoderBlock2D",) * 4,
            "norm_num_groups": 4,
            "sample_size": 64,
            "use_quant_conv": False,
            "use_post_quant_conv": False,
            "scaling_factor": 0.3611,
            "shift_factor": 0.1159,
            **changes,
        }
    )


def flux_network(**changes: Any) -> FluxTransformer2DModel:
    return FluxTransformer2DModel(
        **{
            "patch_size": 1,
            "in_channels": 64,
            "num_layers": 1,
            "num_single_layers": 1,
            "attention_head_dim": 16,
            "num_attention_heads": 2,
            "joint_attention_dim": 32,
            "pooled_projection_dim": 32,
            "guidance_embeds": True,
            **ROPE,
            **changes,
        }
    )


def save_flux(folder: Path, kind: str = "FluxPipeline", **network: Any) -> Path:
    """Those that were not taught the guidance scale are laid out as schnell is published."""
    torch.manual_seed(0)
    parts = {
        "tokenizer": tiny.tokenizer(),
        "tokenizer_2": t5_tokenizer(),
        "text_encoder": CLIPTextModel(tiny.text_config()),
        "text_encoder_2": t5(),
        "transformer": flux_network(**network),
        "vae": codec(),
    }
    taught = network.get("guidance_embeds", True)
    return save(folder, kind, parts, FLUX_SCHEDULE if taught else {"shift": 1.0, "use_dynamic_shifting": False})


def save_sd35(folder: Path, qk_norm: str | None = "rms_norm") -> Path:
    """qk_norm: None as the line before 3.5 has it."""
    torch.manual_seed(0)
    parts = {
        "tokenizer": tiny.tokenizer(),
        "tokenizer_2": tiny.tokenizer(pad="!"),
        "tokenizer_3": t5_tokenizer(),
        "text_encoder": CLIPTextModelWithProjection(tiny.text_config()),
        "text_encoder_2": CLIPTextModelWithProjection(tiny.text_config()),
        "text_encoder_3": t5(64),
        "transformer": SD3Transformer2DModel(
            sample_size=16,
            patch_size=2,
            in_channels=16,
            num_layers=2,
            attention_head_dim=8,
            num_attention_heads=4,
            caption_projection_dim=32,
            joint_attention_dim=64,
            pooled_projection_dim=64,
            out_channels=16,
            pos_embed_max_size=16,
            qk_norm=qk_norm,
        ),
        "vae": codec(),
    }
    return save(folder, "StableDiffusion3Pipeline", parts, {"shift": 3.0})


def save_chroma(folder: Path) -> Path:
    torch.manual_seed(0)
    parts = {
        "tokenizer": t5_tokenizer(),
        "text_encoder": t5(),
        "transformer": ChromaTransformer2DModel(
            patch_size=1,
            in_channels=64,
            num_layers=1,
            num_single_layers=1,
            attention_head_dim=16,
            num_attention_heads=2,
            joint_attention_dim=32,
            axes_dims_rope=(4, 6, 6),
            approximator_num_channels=8,
            approximator_hidden_dim=16,
            approximator_layers=1,
        ),
        "vae": codec(),
    }
    return save(folder, "ChromaPipeline", parts, {"shift": 1.0, "use_dynamic_shifting": True, "max_shift": 1.15})


CHAT = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n{% endfor %}"
)
VISION = ("<|vision_start|>", "<|image_pad|>", "<|video_pad|>", "<|vision_end|>")


def qwen_tokenizer() -> Qwen2Tokenizer:
    words = [*byte_letters(), "<|endoftext|>"]
    vocabulary = {word: number for number, word in enumerate(words)}
    found = Qwen2Tokenizer(vocab=vocabulary, merges=[], model_max_length=2048)
    found.add_special_tokens({"additional_special_tokens": ["<|im_start|>", "<|im_end|>", *VISION]})
    found.chat_template = CHAT
    return found


def qwen3(kind: type[Any], layers: int = 3) -> Any:
    return kind(
        Qwen3Config(
            vocab_size=320,
            hidden_size=16,
            intermediate_size=16,
            num_hidden_layers=layers,
            num_attention_heads=2,
            num_key_value_heads=2,
            head_dim=8,
            max_position_embeddings=2048,
        )
    )


def save_zimage(folder: Path) -> Path:
    torch.manual_seed(0)
    network = ZImageTransformer2DModel(
        all_patch_size=(2,),
        all_f_patch_size=(1,),
        in_channels=16,
        dim=32,
        n_layers=1,
        n_refiner_layers=1,
        n_heads=2,
        n_kv_heads=2,
        cap_feat_dim=16,
        axes_dims=[8, 4, 4],
        axes_lens=[512, 32, 32],
    )
    for weight in (network.x_pad_token, network.cap_pad_token):
        torch.nn.init.normal_(weight)  # which the network leaves as memory was
    parts = {
        "tokenizer": qwen_tokenizer(),
        "text_encoder": qwen3(Qwen3Model),
        "transformer": network,
        "vae": codec(),
    }
    return save(folder, "ZImagePipeline", parts, {"shift": 3.0})


def save_flux2(folder: Path, **options: Any) -> Path:
    torch.manual_seed(0)
    vae = AutoencoderKLFlux2(
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        block_out_channels=(8, 8, 16, 16),
        layers_per_block=1,
        latent_channels=32,
        norm_num_groups=4,
        sample_size=64,
    )
    vae.bn.running_mean.normal_(std=0.1)
    vae.bn.running_var.uniform_(0.5, 1.5)
    parts = {
        "tokenizer": qwen_tokenizer(),
        "text_encoder": qwen3(Qwen3ForCausalLM, 27),
        "transformer": Flux2Transformer2DModel(
            patch_size=1,
            in_channels=128,
            num_layers=1,
            num_single_layers=1,
            attention_head_dim=16,
            num_attention_heads=2,
            joint_attention_dim=48,
            timestep_guidance_channels=16,
            axes_dims_rope=(4, 4, 4, 4),
            guidance_embeds=False,
        ),
        "vae": vae,
    }
    return save(folder, "Flux2KleinPipeline", parts, FLUX_SCHEDULE, **options)


def save_qwen(folder: Path, *, edits: bool = False, blocks: int = 1) -> Path:
    torch.manual_seed(0)
    tokenizer = qwen_tokenizer()
    numbers = dict(zip(VISION, tokenizer.convert_tokens_to_ids(list(VISION)), strict=True))
    language = {
        "vocab_size": 320,
        "hidden_size": 16,
        "intermediate_size": 16,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "num_key_value_heads": 2,
        "rope_scaling": {"mrope_section": [1, 1, 2], "rope_type": "default", "type": "default"},
    }
    eyes = {"depth": 1, "hidden_size": 16, "intermediate_size": 16, "num_heads": 2, "out_hidden_size": 16}
    parts = {
        "tokenizer": tokenizer,
        "text_encoder": Qwen2_5_VLForConditionalGeneration(
            Qwen2_5_VLConfig(
                text_config=language,
                vision_config=eyes,
                image_token_id=numbers["<|image_pad|>"],
                video_token_id=numbers["<|video_pad|>"],
                vision_start_token_id=numbers["<|vision_start|>"],
                vision_end_token_id=numbers["<|vision_end|>"],
            )
        ),
        "transformer": QwenImageTransformer2DModel(
            patch_size=2,
            in_channels=64,
            out_channels=16,
            num_layers=2,
            attention_head_dim=16,
            num_attention_heads=2,
            joint_attention_dim=16,
            guidance_embeds=False,
            axes_dims_rope=(8, 4, 4),
        ),
        "vae": AutoencoderKLQwenImage(
            base_dim=8,
            z_dim=16,
            dim_mult=[1, 2, 4, 4] if blocks > 1 else [1, 1, 2, 2],
            num_res_blocks=blocks,
            temperal_downsample=[False, True, True],
            latents_mean=[0.1] * 16,
            latents_std=[1.5] * 16,
        ),
    }
    kind = "QwenImageEditPipeline" if edits else "QwenImagePipeline"
    if edits:
        parts["processor"] = Qwen2VLImageProcessorPil(min_pixels=28 * 28, max_pixels=128 * 128)
    save(folder, kind, parts, {"shift": 1.0, "use_dynamic_shifting": True, "max_shift": 0.9, "shift_terminal": 0.02})
    if edits:
        index = json.loads((folder / "model_index.json").read_text())
        index["processor"] = ["transformers", "Qwen2VLProcessor"]
        (folder / "model_index.json").write_text(json.dumps(index))
    return folder


def gemma_tokenizer() -> GemmaTokenizer:
    special = ["<pad>", "<eos>", "<bos>", "<unk>", "<mask>"]
    letters = [chr(code) for code in range(33, 127)]
    words = [*special, "▁", *letters, *(f"<0x{byte:02X}>" for byte in range(256))]
    return GemmaTokenizer(vocab={word: number for number, word in enumerate(words)}, merges=[])


def save_sana(folder: Path, layers: int = 1) -> Path:
    torch.manual_seed(0)
    parts = {
        "tokenizer": gemma_tokenizer(),
        "text_encoder": Gemma2Model(
            Gemma2Config(
                vocab_size=400,
                head_dim=8,
                hidden_size=16,
                intermediate_size=16,
                num_attention_heads=2,
                num_hidden_layers=1,
                num_key_value_heads=2,
                max_position_embeddings=4096,
            )
        ),
        "transformer": SanaTransformer2DModel(
            patch_size=1,
            in_channels=32,
            out_channels=32,
            num_layers=layers,
            num_attention_heads=2,
            attention_head_dim=8,
            num_cross_attention_heads=2,
            cross_attention_head_dim=8,
            cross_attention_dim=16,
            caption_channels=16,
            sample_size=4,
        ),
        "vae": AutoencoderDC(
            in_channels=3,
            latent_channels=32,
            attention_head_dim=4,
            encoder_block_types=("ResBlock",) * 5 + ("EfficientViTBlock",),
            decoder_block_types=("ResBlock",) * 5 + ("EfficientViTBlock",),
            encoder_block_out_channels=(8, 8, 8, 8, 16, 32),
            decoder_block_out_channels=(8, 8, 8, 8, 16, 32),
            encoder_qkv_multiscales=((),) * 5 + ((5,),),
            decoder_qkv_multiscales=((),) * 5 + ((5,),),
            encoder_layers_per_block=(1,) * 6,
            decoder_layers_per_block=(1,) * 6,
            downsample_block_type="Conv",
            scaling_factor=0.41407,
        ),
    }
    flow = {"use_flow_sigmas": True, "prediction_type": "flow_prediction", "flow_shift": 3.0}
    return save(folder, "SanaPipeline", parts, flow, scheduler="DPMSolverMultistepScheduler")
