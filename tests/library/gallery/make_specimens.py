"""Makes the specimen files: one small picture per dialect and place, to the letter of each format.

Nothing of the studio is used here: PNG chunks, EXIF directories and stealth bits are put together by hand, so that a
mistake in our readers cannot hide behind the same mistake in our writers. Run it as a module to make them again:
`python -m tests.library.gallery.make_specimens`.
"""

from __future__ import annotations

import gzip
import io
import json
import struct
import zlib
from pathlib import Path

import numpy as np
from PIL import Image

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


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def text(keyword: str, value: str) -> bytes:
    return chunk(b"tEXt", keyword.encode("latin-1") + b"\0" + value.encode("latin-1"))


def itext(keyword: str, value: str, compressed: bool = False) -> bytes:
    data = value.encode()
    head = b"\0\1\0\0\0" if compressed else b"\0\0\0\0\0"
    return chunk(b"iTXt", keyword.encode("latin-1") + head + (zlib.compress(data) if compressed else data))


def array(side: int = 16, channels: int = 3) -> np.ndarray:
    y, x = np.mgrid[0:side, 0:side]
    planes = [x * 255 // side, y * 255 // side, np.full_like(x, 128), np.full_like(x, 255)]
    return np.stack(planes[:channels], axis=-1).astype(np.uint8)


def png(*chunks: bytes, pixels: np.ndarray | None = None, late: bool = False) -> bytes:
    """late: the texts come after the picture, as some programs write them."""
    pixels = array() if pixels is None else pixels
    height, width, channels = pixels.shape
    header = struct.pack(">IIBBBBB", width, height, 8, {3: 2, 4: 6}[channels], 0, 0, 0)
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)
    body = chunk(b"IDAT", zlib.compress(rows, 9))
    texts = b"".join(chunks)
    parts = body + texts if late else texts + body
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + parts + chunk(b"IEND", b"")


def exif(*, first: dict[int, bytes], detail: dict[int, bytes] | None = None) -> bytes:
    """A TIFF block, byte order MM, with ASCII tags in the first directory and UNDEFINED ones in the second."""
    entries = dict(first)
    count = len(entries) + (1 if detail else 0)
    heap_at = 8 + 2 + 12 * count + 4
    heap = b""
    directory = struct.pack(">H", count)
    for tag, value in sorted(entries.items()):
        kind = 7 if tag in (0x9286, 0x927C) else 2
        directory += struct.pack(">HHI", tag, kind, len(value))
        if len(value) <= 4:
            directory += value.ljust(4, b"\0")
        else:
            directory += struct.pack(">I", heap_at + len(heap))
            heap += value + b"\0" * (len(value) % 2)
    if detail:
        at = heap_at + len(heap)
        directory += struct.pack(">HHII", 0x8769, 4, 1, at)
        inner = struct.pack(">H", len(detail))
        inner_heap_at = at + 2 + 12 * len(detail) + 4
        inner_heap = b""
        for tag, value in sorted(detail.items()):
            inner += struct.pack(">HHII", tag, 7, len(value), inner_heap_at + len(inner_heap))
            inner_heap += value + b"\0" * (len(value) % 2)
        heap += inner + struct.pack(">I", 0) + inner_heap
    return b"MM\0*" + struct.pack(">I", 8) + directory + struct.pack(">I", 0) + heap


def unicode_comment(value: str) -> bytes:
    return b"UNICODE\0" + value.encode("utf-16-be")


def saved(kind: str, block: bytes = b"", **options: object) -> bytes:
    buffer = io.BytesIO()
    if block:
        options["exif"] = b"Exif\0\0" + block if kind == "JPEG" else block
    Image.fromarray(array()).save(buffer, kind, **options)
    return buffer.getvalue()


def stealth(value: str, signature: bytes, side: int = 64) -> bytes:
    """The bits run down the columns, in the alpha channel or through the three colours of each pixel."""
    data = gzip.compress(value.encode(), mtime=0) if b"comp" in signature else value.encode()
    whole = signature + struct.pack(">I", len(data) * 8) + data
    bits = [byte >> (7 - place) & 1 for byte in whole for place in range(8)]
    pixels = array(side, 4 if b"png" in signature else 3)
    for index, bit in enumerate(bits):
        if b"png" in signature:
            x, y, channel = index // side, index % side, 3
        else:
            pixel, channel = divmod(index, 3)
            x, y = pixel // side, pixel % side
        pixels[y, x, channel] = pixels[y, x, channel] & 0xFE | bit
    return png(pixels=pixels)


def node(kind: str, **inputs: object) -> dict[str, object]:
    return {"class_type": kind, "inputs": inputs, "_meta": {"title": kind}}


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
    comfy_block = exif(
        first={
            0x0110: b"prompt:" + json.dumps(COMFY).encode() + b"\0",
            0x010F: b"workflow:" + json.dumps({"nodes": [], "links": []}).encode() + b"\0",
        }
    )
    fooocus_block = exif(first={0x9286: json.dumps(FOOOCUS).encode(), 0x927C: b"fooocus", 0x0131: b"Fooocus v2.5.5\0"})
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
        "comfyui.png": png(text("prompt", json.dumps(COMFY)), text("workflow", json.dumps({"nodes": []}))),
        "comfyui.webp": saved("WEBP", comfy_block),
        "comfyui-hires.png": png(text("prompt", json.dumps(COMFY_HIRES))),
        "comfyui-flux.png": png(text("prompt", json.dumps(COMFY_FLUX))),
        "comfyui-inpaint.png": png(text("prompt", json.dumps(COMFY_INPAINT))),
        "comfyui-drawn.png": png(text("workflow", json.dumps(COMFY_DRAWN))),
        "invokeai.png": png(text("invokeai_metadata", json.dumps(INVOKE))),
        "invokeai-2.png": png(text("Dream", '"a fox" -s 50'), text("sd-metadata", json.dumps(INVOKE_2))),
        "invokeai-1.png": png(text("Dream", '"a fox, running" -s 50 -S 42 -W 512 -H 512 -C 7.5 -A k_euler_a')),
        "fooocus.png": png(text("parameters", json.dumps(FOOOCUS)), text("fooocus_scheme", "fooocus")),
        "fooocus-a1111.png": png(text("parameters", FOOOCUS_A1111), text("fooocus_scheme", "a1111")),
        "fooocus.jpg": saved("JPEG", fooocus_block),
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
        "plain.png": png(),
        "plain.jpg": saved("JPEG"),
        "plain-alpha.png": png(pixels=array(16, 4)),
    }


if __name__ == "__main__":
    HERE.mkdir(exist_ok=True)
    for name, data in specimens().items():
        (HERE / name).write_bytes(data)
