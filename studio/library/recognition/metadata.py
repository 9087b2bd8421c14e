"""What files of weights say about themselves: kohya's training facts (ss_*), ModelSpec (modelspec.*), and the notes
that other programs leave beside them.

ModelSpec: github.com/Stability-AI/ModelSpec. Everything here is a claim of a stranger: it is shown, and asked only
where the tensors cannot tell.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

MOST_TRIGGERS = 12
_LONGEST = 200  # characters of one claim
_LARGEST_NOTE = 2_000_000  # bytes


@dataclass(frozen=True, kw_only=True)
class Claims:
    """base: what it was trained from, as its trainer called it. base_hash: SHA-256 of that, or "".

    architecture: base and ModelSpec's architecture in one text, for signs. named: title or output name.
    """

    title: str = ""
    author: str = ""
    licence: str = ""
    about: str = ""
    base: str = ""
    base_hash: str = ""
    architecture: str = ""
    prediction: str = ""
    zero_snr: bool = False
    triggers: tuple[str, ...] = ()


def claims_of(metadata: Mapping[str, str]) -> Claims:
    """Reads what the header says. Never raises."""

    def said(*keys: str) -> str:
        return next((metadata[key].strip()[:_LONGEST] for key in keys if metadata.get(key, "").strip()), "")

    base = said("ss_base_model_version", "modelspec.architecture")
    return Claims(
        title=said("modelspec.title", "ss_output_name"),
        author=said("modelspec.author"),
        licence=said("modelspec.license", "license"),
        about=metadata.get("modelspec.description", "").strip()[:2000],
        base=said("ss_sd_model_name", "modelspec.merged_from") or base,
        base_hash=said("ss_new_sd_model_hash", "ss_sd_model_hash"),
        architecture=f"{said('modelspec.architecture')} {said('ss_base_model_version')}".strip().lower(),
        prediction={"v": "v", "epsilon": "epsilon"}.get(said("modelspec.prediction_type").lower(), "")
        or ("v" if said("ss_v_parameterization").lower() == "true" else ""),
        zero_snr=said("ss_zero_terminal_snr").lower() == "true",
        triggers=_triggers(metadata),
    )


def _triggers(metadata: Mapping[str, str]) -> tuple[str, ...]:
    """The phrase that is named for it, else the words that were on most of its training pictures."""
    if phrase := metadata.get("modelspec.trigger_phrase", "").strip():
        return _words(phrase.split(","))
    try:
        folders = json.loads(metadata.get("ss_tag_frequency", "{}"))
        counts: Counter[str] = Counter()
        for tags in folders.values():
            counts.update({str(tag).strip(): int(count) for tag, count in tags.items()})
    except (ValueError, TypeError, AttributeError, RecursionError, OverflowError):
        return ()
    return _words([tag for tag, _ in counts.most_common(MOST_TRIGGERS)])


def _words(words: list[str]) -> tuple[str, ...]:
    kept = dict.fromkeys(_clean(word).strip()[:_LONGEST] for word in words if word.strip())
    return tuple(kept)[:MOST_TRIGGERS]


def _clean(text: str) -> str:
    """What can be written: JSON may hold halves of pairs of surrogates."""
    return text.encode(errors="replace").decode()


@dataclass(frozen=True, kw_only=True)
class Beside:
    """Notes of other programs beside a file: trigger words, text, a picture."""

    triggers: tuple[str, ...] = ()
    about: str = ""
    base: str = ""
    picture: Path | None = None


def beside(path: Path) -> Beside:
    """Reads what A1111 and Forge (`name.json`), Civitai helpers (`name.civitai.info`, `name.metadata.json`) wrote."""
    stem = path.with_suffix("") if path.is_file() else path / path.name
    facts: dict[str, Any] = {}
    for ending in (".civitai.info", ".metadata.json", ".cm-info.json", ".json"):
        facts = {**_note(stem.with_name(stem.name + ending)), **facts}
    civitai = facts.get("civitai")
    inner = cast("dict[str, Any]", civitai) if isinstance(civitai, dict) else {}
    words: Any = facts.get("trainedWords") or facts.get("TrainedWords") or inner.get("trainedWords")
    phrase = facts.get("activation text")
    if isinstance(phrase, str) and phrase.strip():
        words = phrase.split(",")
    base = facts.get("baseModel") or facts.get("BaseModel") or facts.get("sd version") or ""
    listed = [str(word) for word in cast("list[Any]", words)] if isinstance(words, list) else []
    return Beside(
        triggers=_words(listed),
        about=_clean(str(facts.get("notes") or "")[:2000]),
        base=_clean(str(base)[:_LONGEST]),
        picture=_picture(stem) or _samples(path),
    )


def _picture(stem: Path) -> Path | None:
    endings = (".preview.png", ".preview.jpg", ".preview.jpeg", ".preview.webp", ".png", ".jpg", ".jpeg", ".webp")
    return next((file for ending in endings if (file := stem.with_name(stem.name + ending)).is_file()), None)


def _samples(folder: Path) -> Path | None:
    """Pictures that a model made, in its own folder."""
    file = folder / "samples.jpg"
    return file if file.is_file() else None


def _note(file: Path) -> dict[str, Any]:
    with suppress(OSError, ValueError, RecursionError):
        if file.is_file() and file.stat().st_size <= _LARGEST_NOTE:
            value = json.loads(file.read_bytes())
            if isinstance(value, dict):
                return cast("dict[str, Any]", value)
    return {}
