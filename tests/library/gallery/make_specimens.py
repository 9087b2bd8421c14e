"""Makes the specimen files: one small picture per dialect and place, to the letter of each format.

Nothing of the studio is used here, see `by_hand`. Run it as a module to make them again:
`python -m tests.library.gallery.make_specimens`.
"""

from __future__ import annotations

import json
from pathlib import Path

from tests.library.gallery.by_hand import array, exif, itext, node, png, saved, stealth, text, unicode_comment, with_xmp

HERE = Path(__file__).parent / "specimens"

A1111 = (
    "a red fox, (snow:1.3), \\(sketch\\) <lora:ink_wash:0.8>\nsecond line\n"
    "Negative prompt: blurry, text\nworst quality\n"
    "Steps: 28, Sampler: DPM++ 2M Karras, CFG scale: 6.5, Seed: 1234567890, Size: 16x16, Model hash: 6ce0161689, "
    'Model: v1-5-pruned-emaonly, Denoising strength: 0.4, Hires upscale: 2, Lora hashes: "ink_wash: 0123456789ab", '
    "Version: v1.10.1"
)
FORGE = (
    "ein schöner Fuchs, 狐\nNegative prompt: verschwommen\nSteps: 20, Sampler: Euler, Schedule type: SGM Uniform, "
    "CFG scale: 1, Distilled CFG Scale: 3.5, Seed: 7, Size: 64x64, Model hash: 275ef623d3, Model: flux1-dev, "
    "Version: f2.0.1v1.10.1-previous-664-gd557aef9, Module 1: ae"
)
CIVITAI = (
    "a castle\nNegative prompt: ugly\nSteps: 30, Sampler: Undefined, CFG scale: 3.5, Seed: 99, Size: 832x1216, "
    'Clip skip: 2, Created Date: 2024-10-01T10:00:00.000Z, Civitai resources: [{"type":"checkpoint",'
    '"modelVersionId":128713,"modelName":"Dream"}], Civitai metadata: {}'
)
COMFY = {
    "3": node(
        "KSampler",
        seed=156680208700286,
        steps=20,
        cfg=8.0,
        sampler_name="dpmpp_2m",
        scheduler="karras",
        denoise=1.0,
        model=["10", 0],
        positive=["6", 0],
        negative=["7", 0],
        latent_image=["5", 0],
    ),
    "4": node("CheckpointLoaderSimple", ckpt_name="sd15\\v1-5-pruned-emaonly.safetensors"),
    "5": node("EmptyLatentImage", width=512, height=512, batch_size=1),
    "6": node("CLIPTextEncode", text="beautiful scenery, glass bottle", clip=["10", 1]),
    "7": node("CLIPTextEncode", text="text, watermark", clip=["10", 1]),
    "8": node("VAEDecode", samples=["3", 0], vae=["4", 2]),
    "9": node("SaveImage", filename_prefix="ComfyUI", images=["8", 0]),
    "10": node(
        "LoraLoader",
        lora_name="detail.safetensors",
        strength_model=0.7,
        strength_clip=1.0,
        model=["4", 0],
        clip=["4", 1],
    ),
}
COMFY_HIRES = COMFY | {
    "11": node("LatentUpscale", samples=["3", 0], width=1024, height=1024),
    "12": node(
        "KSampler",
        seed=5,
        steps=12,
        cfg=5.0,
        sampler_name="euler",
        scheduler="normal",
        denoise=0.5,
        model=["10", 0],
        positive=["6", 0],
        negative=["7", 0],
        latent_image=["11", 0],
    ),
    "8": node("VAEDecode", samples=["12", 0], vae=["4", 2]),
}
COMFY_FLUX = {
    "1": node("UNETLoader", unet_name="flux1-dev.safetensors", weight_dtype="default"),
    "2": node("DualCLIPLoader", clip_name1="t5xxl.safetensors", clip_name2="clip_l.safetensors", type="flux"),
    "3": node("StringConcatenate", string_a="a fox", string_b=["4", 0], delimiter=" "),
    "4": node("PrimitiveString", value="in the snow"),
    "5": node("CLIPTextEncode", text=["3", 0], clip=["2", 0]),
    "6": node("FluxGuidance", conditioning=["5", 0], guidance=3.5),
    "7": node("BasicGuider", model=["1", 0], conditioning=["6", 0]),
    "8": node("RandomNoise", noise_seed=["14", 0]),
    "9": node("KSamplerSelect", sampler_name="euler"),
    "10": node("BasicScheduler", scheduler="simple", steps=24, denoise=1.0, model=["1", 0]),
    "11": node("EmptySD3LatentImage", width=1024, height=1024, batch_size=1),
    "12": node(
        "SamplerCustomAdvanced",
        noise=["8", 0],
        guider=["7", 0],
        sampler=["9", 0],
        sigmas=["10", 0],
        latent_image=["11", 0],
    ),
    "13": node("VAEDecode", samples=["12", 0], vae=["15", 0]),
    "14": node("PrimitiveInt", value=987654321),
    "15": node("VAELoader", vae_name="ae.safetensors"),
    "16": node("SaveImage", images=["13", 0]),
}
COMFY_INPAINT = {
    "1": node("CheckpointLoaderSimple", ckpt_name="sdxl/Dream XL.safetensors"),
    "2": node(
        "Power Lora Loader (rgthree)",
        lora_1={"on": True, "lora": "a.safetensors", "strength": 0.5},
        lora_2={"on": False, "lora": "b.safetensors", "strength": 1},
        model=["1", 0],
        clip=["1", 1],
    ),
    "3": node("CLIPTextEncodeSDXL", text_g="a house", text_l="a red house", width=1024, height=1024, clip=["2", 1]),
    "4": node("CLIPTextEncode", text="at night", clip=["2", 1]),
    "5": node("ConditioningCombine", conditioning_1=["3", 0], conditioning_2=["4", 0]),
    "6": node("CLIPTextEncode", text="people", clip=["2", 1]),
    "7": node(
        "ControlNetApplyAdvanced",
        positive=["5", 0],
        negative=["6", 0],
        control_net=["8", 0],
        image=["9", 0],
        strength=0.8,
    ),
    "8": node("ControlNetLoader", control_net_name="canny.safetensors"),
    "9": node("LoadImage", image="in.png"),
    "10": node("VAEEncode", pixels=["9", 0], vae=["1", 2]),
    "11": node("SetLatentNoiseMask", samples=["10", 0], mask=["9", 1]),
    "12": node(
        "KSamplerAdvanced",
        noise_seed=11,
        steps=30,
        cfg=6,
        sampler_name="euler_ancestral",
        scheduler="normal",
        model=["2", 0],
        positive=["7", 0],
        negative=["7", 1],
        latent_image=["11", 0],
    ),
    "13": node("VAEDecode", samples=["12", 0], vae=["1", 2]),
    "14": node("SaveImage", images=["13", 0]),
}
COMFY_DRAWN = {
    "nodes": [
        {"id": 1, "type": "CheckpointLoaderSimple", "widgets_values": ["v1.safetensors"], "inputs": []},
        {
            "id": 2,
            "type": "CLIPTextEncode",
            "widgets_values": ["a drawn fox"],
            "inputs": [{"name": "clip", "link": 1}],
        },
        {"id": 3, "type": "CLIPTextEncode", "widgets_values": ["rain"], "inputs": [{"name": "clip", "link": 2}]},
        {
            "id": 4,
            "type": "KSampler",
            "widgets_values": [77, "randomize", 18, 7.5, "euler", "normal", 1],
            "inputs": [
                {"name": "model", "link": 3},
                {"name": "positive", "link": 4},
                {"name": "negative", "link": 5},
                {"name": "latent_image", "link": None},
            ],
        },
        {"id": 5, "type": "SaveImage", "widgets_values": ["x"], "inputs": [{"name": "images", "link": 6}]},
    ],
    "links": [
        [1, 1, 1, 2, 0, "CLIP"],
        [2, 1, 1, 3, 0, "CLIP"],
        [3, 1, 0, 4, 0, "MODEL"],
        [4, 2, 0, 4, 1, "CONDITIONING"],
        [5, 3, 0, 4, 2, "CONDITIONING"],
        [6, 4, 0, 5, 0, "IMAGE"],
    ],
}
INVOKE = {
    "generation_mode": "sdxl_txt2img",
    "positive_prompt": "a fox in the snow",
    "negative_prompt": "blurry",
    "width": 1024,
    "height": 1024,
    "seed": 3957322,
    "rand_device": "cpu",
    "cfg_scale": 5.5,
    "steps": 30,
    "scheduler": "dpmpp_2m_k",
    "model": {"key": "k", "hash": "blake3:0b1c", "name": "Juggernaut XL", "base": "sdxl", "type": "main"},
    "loras": [{"model": {"name": "Pixel", "hash": "blake3:77"}, "weight": 0.75}],
    "app_version": "5.6.0",
}
INVOKE_2 = {
    "model": "stable diffusion",
    "model_weights": "stable-diffusion-1.5",
    "model_hash": "cc6cb27103",
    "app_version": "2.3.0",
    "image": {
        "prompt": [{"prompt": "a fox", "weight": 1.0}],
        "steps": 50,
        "cfg_scale": 7.5,
        "width": 512,
        "height": 512,
        "seed": 42,
        "sampler": "k_lms",
        "type": "txt2img",
    },
}
FOOOCUS = {
    "adm_guidance": "(1.5, 0.8, 0.3)",
    "base_model": "juggernautXL_v8Rundiffusion",
    "base_model_hash": "aeb7e9e689",
    "full_negative_prompt": ["anime", "blurry"],
    "full_prompt": ["cinematic still a fox", "a fox, detailed"],
    "guidance_scale": 4,
    "lora_combined_1": "sd_xl_offset_example-lora_1.0.safetensors : 0.1",
    "negative_prompt": "blurry",
    "performance": "Speed",
    "prompt": "a fox",
    "resolution": "(1152, 896)",
    "sampler": "dpmpp_2m_sde_gpu",
    "scheduler": "karras",
    "seed": "8177468513",
    "sharpness": 2,
    "steps": 30,
    "styles": "['Fooocus V2', 'Fooocus Sharp']",
    "version": "Fooocus v2.5.5",
}
FOOOCUS_A1111 = (
    "a fox\nNegative prompt: blurry\nSteps: 30, Sampler: DPM++ 2M SDE, Schedule type: karras, Seed: 81, "
    "Size: 1152x896, CFG scale: 4, Sharpness: 2, Model: juggernaut, Model hash: aeb7e9e689, "
    'Lora hashes: "offset: 4852686128", Lora weights: "offset: 0.1", Version: Fooocus v2.5.5'
)
SWARM = {
    "sui_image_params": {
        "prompt": "a fox <lora:ink>",
        "negativeprompt": "blurry",
        "model": "OfficialStableDiffusion/sd_xl_base_1.0",
        "seed": 222,
        "steps": 24,
        "cfgscale": 7.0,
        "aspectratio": "1:1",
        "width": 1024,
        "height": 1024,
        "sampler": "dpmpp_2m",
        "scheduler": "karras",
        "loras": ["styles/ink"],
        "loraweights": ["0.6"],
        "swarm_version": "0.9.6.2",
    },
    "sui_extra_data": {"date": "2026-08-20", "prep_time": "0.10 sec"},
    "sui_models": [
        {"name": "sd_xl_base_1.0.safetensors", "param": "model", "hash": "0x" + "ab" * 32},
    ],
}
NOVELAI = {
    "steps": 28,
    "height": 1216,
    "width": 832,
    "scale": 5.0,
    "uncond_scale": 0.0,
    "seed": 4105281513,
    "n_samples": 1,
    "noise_schedule": "karras",
    "sampler": "k_euler_ancestral",
    "uc": "lowres, {bad}",
    "request_type": "PromptGenerateRequest",
    "signed_hash": "AAAA",
}
AIRUNNER = {
    "prompt": "a fox",
    "negative_prompt": "blurry",
    "prompt_2": "",
    "seed": "42",
    "steps": "20",
    "scale": "7.5",
    "scheduler": "DPM++ 2M Karras",
    "model": "/home/me/models/dream.safetensors",
    "action": "txt2img",
    "version": "SDXL 1.0",
}
DRAWTHINGS_JSON = {
    "c": 'a fox & a "hen"',
    "uc": "blurry",
    "seed": 2442340229,
    "seed_mode": "Scale Alike",
    "steps": 8,
    "scale": 1.5,
    "sampler": "Euler A Trailing",
    "model": "flux_1_schnell_q8p.ckpt",
    "size": "1024x1024",
    "strength": 1,
    "lora": [{"model": "hyper_lora_f16.ckpt", "weight": 0.6}],
    "shift": 1,
}
DRAWTHINGS = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:exif="http://ns.adobe.com/exif/1.0/" xmlns:xmp="http://ns.adobe.com/xap/1.0/">'
    "<dc:description><rdf:Alt><rdf:li xml:lang='x-default'>a fox\n-blurry\nSteps: 8</rdf:li></rdf:Alt></dc:description>"
    "<exif:UserComment><rdf:Alt><rdf:li xml:lang='x-default'>"
    + json.dumps(DRAWTHINGS_JSON).replace("&", "&amp;").replace("<", "&lt;")
    + "</rdf:li></rdf:Alt></exif:UserComment>"
    "<xmp:CreatorTool>Draw Things</xmp:CreatorTool></rdf:Description></rdf:RDF></x:xmpmeta>"
)


def specimens() -> dict[str, bytes]:
    return _forge_and_comfyui() | _others()


def _forge_and_comfyui() -> dict[str, bytes]:
    comfy_block = exif(
        first={
            0x0110: b"prompt:" + json.dumps(COMFY).encode() + b"\0",
            0x010F: b"workflow:" + json.dumps({"nodes": [], "links": []}).encode() + b"\0",
        }
    )
    return {
        "a1111.png": png(text("parameters", A1111)),
        "a1111-late.png": png(text("parameters", A1111), late=True),
        "a1111.jpg": saved("JPEG", exif(first={}, detail={0x9286: unicode_comment(A1111)})),
        "a1111.webp": saved("WEBP", exif(first={}, detail={0x9286: unicode_comment(A1111)})),
        "a1111.avif": saved("AVIF", exif(first={}, detail={0x9286: unicode_comment(A1111)})),
        "a1111.gif": saved("GIF", comment=A1111.encode()),
        "civitai.jpg": saved("JPEG", exif(first={}, detail={0x9286: unicode_comment(CIVITAI)})),
        "forge.png": png(itext("parameters", FORGE)),
        "forge-zipped.png": png(itext("parameters", FORGE, compressed=True)),
        "forge-stealth.png": stealth(FORGE, b"stealth_pngcomp"),
        "forge-stealth-plain.png": stealth(FORGE, b"stealth_pnginfo"),
        "forge-stealth-colours.png": stealth(FORGE, b"stealth_rgbcomp"),
        "forge-stealth-colours-plain.png": stealth(FORGE, b"stealth_rgbinfo", side=96),
        "comfyui.png": png(text("prompt", json.dumps(COMFY)), text("workflow", json.dumps({"nodes": []}))),
        "comfyui.webp": saved("WEBP", comfy_block),
        "comfyui-hires.png": png(text("prompt", json.dumps(COMFY_HIRES))),
        "comfyui-flux.png": png(text("prompt", json.dumps(COMFY_FLUX))),
        "comfyui-inpaint.png": png(text("prompt", json.dumps(COMFY_INPAINT))),
        "comfyui-drawn.png": png(text("workflow", json.dumps(COMFY_DRAWN))),
    }


def _others() -> dict[str, bytes]:
    fooocus_block = exif(first={0x9286: json.dumps(FOOOCUS).encode(), 0x927C: b"fooocus", 0x0131: b"Fooocus v2.5.5\0"})
    return {
        "invokeai.png": png(text("invokeai_metadata", json.dumps(INVOKE))),
        "invokeai-2.png": png(text("Dream", '"a fox" -s 50'), text("sd-metadata", json.dumps(INVOKE_2))),
        "invokeai-1.png": png(text("Dream", '"a fox, running" -s 50 -S 42 -W 512 -H 512 -C 7.5 -A k_euler_a')),
        "fooocus.png": png(text("parameters", json.dumps(FOOOCUS)), text("fooocus_scheme", "fooocus")),
        "fooocus-a1111.png": png(text("parameters", FOOOCUS_A1111), text("fooocus_scheme", "a1111")),
        "fooocus.jpg": saved("JPEG", fooocus_block),
        "fooocus.webp": saved("WEBP", fooocus_block),
        "swarmui.png": png(text("parameters", json.dumps(SWARM))),
        "swarmui.jpg": saved("JPEG", exif(first={}, detail={0x9286: unicode_comment(json.dumps(SWARM))})),
        "novelai.png": png(
            text("Title", "AI generated image"),
            text("Description", "{fox}, 1girl, snow"),
            text("Software", "NovelAI"),
            text("Source", "NovelAI Diffusion V3 8BA2AF87"),
            text("Comment", json.dumps(NOVELAI)),
        ),
        "novelai-stealth.png": stealth(
            json.dumps(
                {
                    "Description": "{fox}, 1girl, snow",
                    "Software": "NovelAI",
                    "Source": "NovelAI Diffusion V3 8BA2AF87",
                    "Comment": json.dumps(NOVELAI),
                }
            ),
            b"stealth_pngcomp",
            side=96,
        ),
        "airunner.png": png(*(text(key, value) for key, value in AIRUNNER.items())),
        "drawthings.png": png(itext("XML:com.adobe.xmp", DRAWTHINGS)),
        "drawthings.jpg": with_xmp(saved("JPEG"), DRAWTHINGS),
        "plain.png": png(),
        "plain.jpg": saved("JPEG"),
        "plain-alpha.png": png(pixels=array(16, 4)),
    }


if __name__ == "__main__":
    HERE.mkdir(exist_ok=True)
    for name, data in specimens().items():
        (HERE / name).write_bytes(data)
