"""Tokenizers from our own vocabularies (`resources/configs/words`, `clip`), for models whose files hold none."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# tokenizers of transformers have no types

from __future__ import annotations

from pathlib import Path
from typing import Any

from studio.library.resources import resource
from studio.request.errors import Trouble

VOCABULARY = 49_408  # tokens of CLIP: 256 bytes, the same ending a word, merges, start and end

_QWEN_MARKS = (  # after the words, in this order, as all of Qwen2, Qwen2.5 and Qwen3 number them
    "<|endoftext|>",
    "<|im_start|>",
    "<|im_end|>",
    "<|object_ref_start|>",
    "<|object_ref_end|>",
    "<|box_start|>",
    "<|box_end|>",
    "<|quad_start|>",
    "<|quad_end|>",
    "<|vision_start|>",
    "<|vision_end|>",
    "<|vision_pad|>",
    "<|image_pad|>",
    "<|video_pad|>",
    "<tool_call>",
    "</tool_call>",
    "<|fim_prefix|>",
    "<|fim_middle|>",
    "<|fim_suffix|>",
    "<|fim_pad|>",
    "<|repo_name|>",
    "<|file_sep|>",
    "<tool_response>",
    "</tool_response>",
    "<think>",
    "</think>",
)
_QWEN_CHAT = (  # what Qwen3's own template says for one turn of a person
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n"
    "{% if enable_thinking is defined and enable_thinking is false %}<think>\n\n</think>\n\n{% endif %}{% endif %}"
)


def tokenizer_for(kind: str, part: str) -> Any:
    """The tokenizer of a class that model_index.json names, for a part ("tokenizer_2"). Raises Trouble without one."""
    if kind.startswith("CLIPTokenizer"):
        return clip_tokenizer(pad="!" if part == "tokenizer_2" else "<|endoftext|>")
    if kind.startswith("T5Tokenizer"):
        return t5_tokenizer()
    if kind.startswith("Qwen2Tokenizer"):
        return qwen_tokenizer()
    raise Trouble(
        f"Single files cannot be used here: nothing is known of the words of {kind}.",
        "Use the model as a diffusers folder.",
    )


def clip_tokenizer(pad: str) -> Any:
    """CLIP's own tokenizer, from the merges alone: the vocabulary follows from them (github.com/openai/CLIP).

    pad: the token that fills up short prompts. Raises Trouble when the merges are missing.
    """
    from transformers.models.clip.tokenization_clip import CLIPTokenizer

    merges = _merges(_file("CLIP", "clip", "merges.txt"))[1:]  # the first line names the format
    letters = byte_letters()
    words = [*letters, *(f"{letter}</w>" for letter in letters), *("".join(merge) for merge in merges)]
    vocabulary = {word: number for number, word in enumerate([*words, "<|startoftext|>", "<|endoftext|>"])}
    return CLIPTokenizer(
        vocab=vocabulary,
        merges=merges,  # pyright: ignore[reportArgumentType] - pairs are wanted
        pad_token=pad,
        model_max_length=77,
    )


def t5_tokenizer() -> Any:
    """T5's own tokenizer, of all sizes and versions. Raises Trouble when its vocabulary is missing."""
    from transformers.models.t5.tokenization_t5 import T5Tokenizer

    folder = _file("T5", "words", "t5", "tokenizer.json").parent
    return T5Tokenizer.from_pretrained(folder, local_files_only=True, model_max_length=512)


def qwen_tokenizer() -> Any:
    """The tokenizer of Qwen2, Qwen2.5 and Qwen3, from the merges alone. Raises Trouble when they are missing."""
    from transformers.models.qwen2.tokenization_qwen2 import Qwen2Tokenizer

    merges = _merges(_file("Qwen", "words", "qwen2", "merges.txt"))
    words = [*byte_letters(), *("".join(merge) for merge in merges)]
    found = Qwen2Tokenizer(
        vocab={word: number for number, word in enumerate([*words, *_QWEN_MARKS])},
        merges=merges,  # pyright: ignore[reportArgumentType] - pairs are wanted
        eos_token="<|im_end|>",
        extra_special_tokens=list(_QWEN_MARKS),
        model_max_length=131_072,
    )
    found.chat_template = _QWEN_CHAT
    return found


def byte_letters() -> list[str]:
    """A visible letter for each byte, as in GPT-2: visible ones stand for themselves, the rest follow from 256 on."""
    visible = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    hidden = [byte for byte in range(256) if byte not in visible]
    return [chr(byte) for byte in visible] + [chr(256 + number) for number in range(len(hidden))]


def _merges(file: Path) -> list[tuple[str, str]]:
    lines = file.read_text(encoding="utf-8").split("\n")  # other marks that end a line are parts of words
    return [(first, second) for first, _, second in (line.partition(" ") for line in lines if line)]


def _file(of: str, *parts: str) -> Path:
    file = resource("configs", *parts)
    if not file.is_file():
        raise Trouble(
            f"Single files cannot be used: the vocabulary of {of} ({'/'.join(('configs', *parts))}) is missing.",
            "Install the studio again, or use the model as a diffusers folder.",
        )
    return file
