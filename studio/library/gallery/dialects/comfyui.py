"""ComfyUI: the graph that ran (`prompt`) and the one that was drawn (`workflow`), as JSON in PNG texts or EXIF."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

from studio.library.gallery.dialects.a1111 import from_infotext
from studio.library.gallery.dialects.graph import Graph, Node
from studio.library.gallery.dialects.samplers import sampler_name
from studio.library.gallery.dialects.values import mapping, objects, parse_object, real, stem, text, whole
from studio.library.gallery.formats.contents import Contents
from studio.library.gallery.formats.exif import DESCRIPTION, MAKE, MODEL
from studio.library.gallery.infotext import split_infotext
from studio.library.gallery.metadata import IMAGE_TO_IMAGE, INPAINT, TEXT_TO_IMAGE, Lora, Metadata

_LATENTS = ("latent_image", "latent", "samples")
_MODELS = ("ckpt_name", "unet_name", "model_name", "gguf_name", "base_ckpt_name")
_DRAWN = {  # for graphs that were drawn but not run: which widget is which input
    "CLIPTextEncode": ("text",),
    "KSampler": ("seed", "", "steps", "cfg", "sampler_name", "scheduler", "denoise"),
    "KSamplerAdvanced": ("", "noise_seed", "", "steps", "cfg", "sampler_name", "scheduler"),
    "CheckpointLoaderSimple": ("ckpt_name",),
    "UNETLoader": ("unet_name",),
    "LoraLoader": ("lora_name", "strength_model", "strength_clip"),
    "LoraLoaderModelOnly": ("lora_name", "strength_model"),
    "RandomNoise": ("noise_seed",),
    "KSamplerSelect": ("sampler_name",),
    "BasicScheduler": ("scheduler", "steps", "denoise"),
    "FluxGuidance": ("guidance",),
}


def read_comfyui(contents: Contents) -> Metadata | None:
    """ComfyUI, by walking its graph back from what was saved; None without a graph."""
    raw = _texts(contents)
    graph = Graph(parse_object(raw.get("prompt")))
    if not graph.nodes:
        graph = Graph(_from_drawing(parse_object(raw.get("workflow"))))
    if not graph.nodes:
        return None
    found = _walk(graph, raw)
    if "parameters" in contents.texts:  # a node wrote infotext, too: its author knew better what matters
        prompt, negative, values = split_infotext(contents.texts["parameters"])
        told = from_infotext(prompt, negative, values, raw)
        if values:
            return replace(told, source="comfyui", raw=raw | {"parameters": contents.texts["parameters"]})
    return found


def _texts(contents: Contents) -> dict[str, str]:
    """The graphs by name: from texts, or from EXIF strings such as "prompt:{...}"."""
    raw = {key: contents.texts[key] for key in ("prompt", "workflow") if key in contents.texts}
    for tag in (MODEL, MAKE, DESCRIPTION):
        name, _, graph = contents.exif.text(tag).partition(":")
        if name.lower() in ("prompt", "workflow") and graph:
            raw.setdefault(name.lower(), graph)
    return raw


def _walk(graph: Graph, raw: dict[str, str]) -> Metadata:
    sampler = _first_sampler(graph)
    if sampler is None:
        texts = [text for node in graph.nodes.values() if (text := graph.string(node, "text", "prompt"))]
        return Metadata(source="comfyui", prompt=texts[0] if texts else None, raw=raw)
    before = [sampler, *graph.upstream(sampler)]
    guider = graph.source(sampler, "guider")
    holder = guider[0] if guider else sampler
    latents = [node.kind for node in _latent_nodes(graph, sampler)]
    strength = _near(graph, before, "denoise")
    masked = any("Inpaint" in kind or "SetLatentNoiseMask" in kind for kind in latents)
    from_picture = any(kind.startswith("VAEEncode") for kind in latents)
    prompt = graph.condition(holder, "positive")
    if prompt is None:
        prompt = graph.condition(holder, "conditioning")
    return Metadata(
        source="comfyui",
        prompt=prompt,
        negative=graph.condition(holder, "negative"),
        seed=whole(_near(graph, before, "noise_seed", "seed")),
        steps=whole(_near(graph, before, "steps")),
        sampler=sampler_name(_near_text(before, "sampler_name"), _near_text(before, "scheduler")),
        guidance=real(_near(graph, before, "cfg", "guidance")),
        strength=real(strength) if from_picture else None,
        model=next((stem(node.inputs[key]) for node in before for key in _MODELS if _loads(node, key)), None),
        loras=tuple(lora for node in before for lora in _loras(node)),
        kind=INPAINT if masked else IMAGE_TO_IMAGE if from_picture else TEXT_TO_IMAGE,
        raw=raw,
    )


def _first_sampler(graph: Graph) -> Node | None:
    """From a saved picture back over all its passes to the one that began it, where prompt and seed were set."""
    saved = graph.outputs()
    found = next((node for node in (*saved, *graph.upstream(*saved)) if _samples(node)), None)
    if found is None:  # some workflows save in ways of their own
        found = next((node for node in reversed(graph.nodes.values()) if _samples(node)), None)
    seen: set[str] = set()
    while found is not None and found.id not in seen:
        seen.add(found.id)
        earlier = _earlier(graph, found)
        if earlier is None or earlier.id in seen:
            break
        found = earlier
    return found


def _sampler_at(graph: Graph, node: Node) -> Node | None:
    """The node itself or the nearest one before it that samples."""
    return next((each for each in (node, *graph.upstream(node)) if _samples(each)), None)


def _earlier(graph: Graph, sampler: Node) -> Node | None:
    """The pass whose latents this one goes on with."""
    for name in _LATENTS:
        link = graph.source(sampler, name)
        if link is not None:
            return _sampler_at(graph, link[0])
    return None


def _samples(node: Node) -> bool:
    inputs = node.inputs.keys()
    return bool({"positive", "guider"} & inputs) and bool({"steps", "seed", "noise_seed", "sigmas", "noise"} & inputs)


def _latent_nodes(graph: Graph, sampler: Node) -> list[Node]:
    """What the first latents were made by: empty ones, or a picture's."""
    link = next((link for name in _LATENTS if (link := graph.source(sampler, name))), None)
    return [link[0], *graph.upstream(link[0])] if link else []


def _loads(node: Node, key: str) -> bool:
    return isinstance(node.inputs.get(key), str) and not any(
        word in node.kind for word in ("Upscale", "CLIP", "Control")
    )


def _near(graph: Graph, nodes: list[Node], *names: str) -> Any:
    """The number of the nearest node that has one of these inputs."""
    for node in nodes:
        value = graph.number(node, *names)
        if value is not None:
            return value
    return None


def _near_text(nodes: list[Node], name: str) -> str | None:
    return next((value for node in nodes if (value := text(node.inputs.get(name)))), None)


def _loras(node: Node) -> list[Lora]:
    """One LoRA of a loader, or the switched-on ones of a loader of many ({"on", "lora", "strength"})."""
    if isinstance(node.inputs.get("lora_name"), str):
        weight = real(node.inputs.get("strength_model", node.inputs.get("strength", 1.0)))
        return [Lora(stem(node.inputs["lora_name"]) or "", weight)]
    many = [mapping(value) for name, value in node.inputs.items() if name.startswith("lora_")]
    return [
        Lora(stem(each["lora"]) or "", real(each.get("strength"))) for each in many if each.get("on") and "lora" in each
    ]


def _from_drawing(workflow: dict[str, Any]) -> dict[str, Any]:
    """A drawn graph in API form, as far as the widgets of its nodes are known."""
    links = {
        link[0]: [str(link[1]), link[2]]
        for link in (cast("list[Any]", each) for each in _list(workflow.get("links")) if isinstance(each, list))
        if len(link) >= 3 and isinstance(link[0], int)
    }
    prompt: dict[str, Any] = {}
    for node in objects(workflow.get("nodes")):
        kind = str(node.get("type"))
        names = _DRAWN.get(kind, ())
        inputs = {name: value for name, value in zip(names, _list(node.get("widgets_values")), strict=False) if name}
        for each in objects(node.get("inputs")):
            if isinstance(each.get("link"), int) and each["link"] in links:
                inputs[str(each.get("name"))] = links[each["link"]]
        prompt[str(node.get("id"))] = {"class_type": kind, "inputs": inputs}
    return prompt


def _list(value: Any) -> list[Any]:
    return cast("list[Any]", value) if isinstance(value, list) else []
