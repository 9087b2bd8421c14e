"""A small byte-pair tokenizer in CLIP's format, made from the words of our world, that `CLIPTokenizer` loads."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# torch and transformers leave parts of their signatures untyped; what they give back is typed where it enters here

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers
from transformers import CLIPTokenizer

from studio.training.words import fillers, nouns, phrases

LENGTH = 77  # positions
START, END = "<|startoftext|>", "<|endoftext|>"
# as CLIP splits text: https://github.com/openai/CLIP/blob/main/clip/simple_tokenizer.py
_SPLIT = r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"


def vocabulary_text() -> Iterator[str]:
    """Every word that captions are made of, weighted so that each becomes a token of its own."""
    tables = (phrases.PLACES, phrases.TIMES, phrases.WEATHERS, phrases.STYLES, phrases.COMBINED, phrases.SKY_HUES)
    for table in tables:
        for text, _ in table:
            yield from [text] * 20
    for names in nouns.NOUNS.values():
        for noun in names:
            yield from [noun.one, noun.many] * 20
    for entries in nouns.COLOURED.values():
        yield from (text for text, _, _ in entries for _ in range(20))
    for words in (*phrases.COLOUR_WORDS.values(), *phrases.HUE_WORDS.values(), *nouns.POSITION_WORDS.values()):
        yield from [" ".join(words)] * 20
    yield from (" ".join((*nouns.FAR_WORDS, *nouns.NEAR_WORDS, *nouns.BIG, *nouns.SMALL, *nouns.MANY_WORDS)),) * 20
    for words in (fillers.PRAISE, fillers.STRANGERS, fillers.OPENINGS, fillers.GENERAL):
        yield from [" ".join(words)] * 4


def make_tokenizer(folder: Path, captions: Iterable[str], size: int = 2600) -> CLIPTokenizer:
    """Learn the merges and write `folder` (vocab.json, merges.txt, config). `size`: about how many tokens."""
    tokenizer = Tokenizer(models.BPE(unk_token=END, end_of_word_suffix="</w>", continuing_subword_prefix=""))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()]
    )
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(_SPLIT), "removed", invert=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        end_of_word_suffix="</w>",
        initial_alphabet=alphabet,
        special_tokens=[letter + "</w>" for letter in sorted(alphabet)],  # else they are numbered by chance
        show_progress=False,
    )
    tokenizer.train_from_iterator([*vocabulary_text(), *captions], trainer)
    model = json.loads(tokenizer.to_str())["model"]
    vocabulary: dict[str, int] = model["vocab"]
    for letter in sorted(alphabet):
        vocabulary.setdefault(letter, len(vocabulary))
    for letter in sorted(alphabet):
        vocabulary.setdefault(letter + "</w>", len(vocabulary))
    for mark in (START, END):
        vocabulary.setdefault(mark, len(vocabulary))
    merges = [merge if isinstance(merge, str) else " ".join(merge) for merge in model["merges"]]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "vocab.json").write_text(json.dumps(vocabulary, ensure_ascii=False), encoding="utf-8")
    (folder / "merges.txt").write_text("#version: 0.2\n" + "\n".join(merges) + "\n", encoding="utf-8")
    made = CLIPTokenizer(vocab=str(folder / "vocab.json"), merges=str(folder / "merges.txt"), model_max_length=LENGTH)
    made.save_pretrained(str(folder))
    return load_tokenizer(folder)


def load_tokenizer(folder: Path) -> CLIPTokenizer:
    """From a folder that `make_tokenizer` wrote; never from the network."""
    loaded: object = CLIPTokenizer.from_pretrained(str(folder), local_files_only=True)
    if not isinstance(loaded, CLIPTokenizer):
        raise TypeError(f"{folder} holds another tokenizer")
    return loaded


def token_id(tokenizer: CLIPTokenizer, token: str) -> int:
    """The number of one token. Raises KeyError if it is not in the vocabulary."""
    return tokenizer.get_vocab()[token]
