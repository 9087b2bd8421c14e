"""Repositories of weights on Hugging Face: searched, listed with sizes and checksums (huggingface.co/docs/hub/api)."""

from __future__ import annotations

import urllib.parse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, cast

from studio.library.downloads.fetch import Wish
from studio.library.downloads.web import ask, host_of
from studio.library.recognition.recognise import PICKLED, WEIGHTS
from studio.request.errors import BadInput, Trouble

HUB = "https://huggingface.co"
_ENDINGS = (".safetensors", ".gguf", ".pth", ".pt", ".ckpt", ".bin")
_SMALL = (".json", ".txt", ".model")  # what belongs to weights in a diffusers folder
_MOST_PAGES = 20


@dataclass(frozen=True)
class Repository:
    """gated: its licence has to be accepted on its page first."""

    id: str
    licence: str
    gated: bool
    downloads: int
    likes: int

    @property
    def page(self) -> str:
        """Where it is looked at on the web."""
        return f"{HUB}/{self.id}"


@dataclass(frozen=True)
class RemoteFile:
    """A file in a repository. sha256: "" for small ones, which are not kept as large files."""

    repository: str
    path: str
    size: int
    sha256: str = ""

    @property
    def is_weights(self) -> bool:
        """Whether it can be used as it is."""
        return self.path.lower().endswith(WEIGHTS)

    @property
    def is_pickled(self) -> bool:
        """Whether it has to be converted before it can be used."""
        return self.path.lower().endswith(PICKLED)


class Hub:
    """token: opens gated repositories of the person's account; nobody but the hub is told it. base: where it is."""

    def __init__(self, token: str = "", base: str = HUB) -> None:
        self._token = token
        self._base = base

    def search(self, words: str, most: int = 30) -> list[Repository]:
        """Repositories whose name holds these words, most used first. Raises Trouble."""
        query = urllib.parse.urlencode({"search": words, "limit": most, "sort": "downloads", "full": "true"})
        answer, _ = ask(f"{self._base}/api/models?{query}", self._token)
        entries: list[Any] = cast("list[Any]", answer) if isinstance(answer, list) else []
        return [_repository(cast("Mapping[str, Any]", each)) for each in entries if isinstance(each, dict)]

    def repository(self, identifier: str) -> Repository:
        """One repository. Raises BadInput for what is no name of one, Trouble when it is not there."""
        answer, _ = ask(f"{self._base}/api/models/{_checked(identifier)}", self._token)
        if not isinstance(answer, dict):
            raise Trouble(f"The hub says nothing about {identifier!r}.", "Try again later.")
        return _repository(cast("Mapping[str, Any]", answer))

    def files(self, identifier: str) -> list[RemoteFile]:
        """All files of a repository, with their sizes. Raises BadInput and Trouble."""
        url = f"{self._base}/api/models/{_checked(identifier)}/tree/main?recursive=true"
        found: list[RemoteFile] = []
        for _ in range(_MOST_PAGES):
            answer, following = ask(url, self._token)
            entries: list[Any] = cast("list[Any]", answer) if isinstance(answer, list) else []
            found += [file for each in entries if (file := _file(identifier, each)) is not None]
            if not following:
                break
            url = following
        return found

    def wish(self, file: RemoteFile, folder: Path) -> Wish:
        """The file, to be brought into a folder under its own name; if that says nothing, into one of the
        repository's name there.
        """
        inner, _ = named_place(file.repository, file.path)
        place = folder / inner / PurePosixPath(file.path).name
        return Wish(url=self.url(file.repository, file.path), target=place, size=file.size, sha256=file.sha256)

    def wishes_of_folder(self, identifier: str, files: Sequence[RemoteFile], folder: Path) -> list[Wish]:
        """All that a diffusers folder needs, to be brought into a folder of its name; no weights twice."""
        place = folder / identifier.replace("/", "--")
        # the description of the folder comes last: until then it is no model
        chosen = sorted(diffusers_files(files), key=lambda file: file.path == "model_index.json")
        return [
            Wish(
                url=self.url(identifier, file.path),
                target=_inside(place, file.path),
                size=file.size,
                sha256=file.sha256,
            )
            for file in chosen
        ]

    def token_for(self, url: str) -> str:
        """The token if the address is one of the hub's, else ""."""
        mine, theirs = (urllib.parse.urlsplit(each)[:2] for each in (self._base, url))
        return self._token if mine == theirs else ""

    def url(self, identifier: str, path: str) -> str:
        """The address of a file. Raises BadInput for what is no name of a repository."""
        return f"{self._base}/{_checked(identifier)}/resolve/main/{urllib.parse.quote(path)}"


_NAMELESS = ("diffusion_pytorch_model", "pytorch_lora_weights", "model")


def named_place(identifier: str, path: str) -> tuple[str, str]:
    """The folder below that of the models into which a file of a repository goes, and the name by which it is known."""
    stem = PurePosixPath(path).stem
    name = identifier.partition("/")[2]
    return (name, name) if stem.startswith(_NAMELESS) else ("", stem)


def wish_of(url: str, folder: Path) -> Wish:
    """A file of weights at any address, to be brought into a folder. Raises BadInput when it names none."""
    host_of(url)
    name = PurePosixPath(urllib.parse.unquote(urllib.parse.urlsplit(url).path)).name
    if not name.lower().endswith((*WEIGHTS, *PICKLED)):
        raise BadInput("That is no address of a file of weights.", f"Its name should end in {', '.join(_ENDINGS)}.")
    return Wish(url=url, target=folder / name)


def diffusers_files(files: Sequence[RemoteFile]) -> list[RemoteFile]:
    """The files of a diffusers folder: descriptions and safetensors, of two precisions the smaller. [] if none."""
    names = {file.path for file in files}
    if "model_index.json" not in names:
        return []
    parts = [file for file in files if "/" in file.path or file.path == "model_index.json"]
    small = [file for file in parts if file.path.endswith(_SMALL) and file.size < 50_000_000]
    weights = [file for file in parts if file.path.endswith(".safetensors") and "flax" not in file.path]
    folders = {PurePosixPath(file.path).parent for file in weights}
    halves = {folder for folder in folders if any(_half(f) for f in weights if PurePosixPath(f.path).parent == folder)}
    return small + [f for f in weights if _half(f) or PurePosixPath(f.path).parent not in halves]


def _half(file: RemoteFile) -> bool:
    return ".fp16" in PurePosixPath(file.path).name


def _inside(folder: Path, path: str) -> Path:
    """The place of a file that a server names, below the folder. Raises BadInput when it would lie elsewhere."""
    parts = PurePosixPath(path).parts
    if not parts or any(part in ("..", "/", ".") or "\\" in part or ":" in part for part in parts):
        raise BadInput(f"The repository has a file with the name {path!r}, which cannot be kept safely.")
    return folder.joinpath(*parts)


def _checked(identifier: str) -> str:
    owner, slash, name = identifier.strip().partition("/")
    good = all(part and all(c.isalnum() or c in "-_." for c in part) and part[0] != "." for part in (owner, name))
    if not slash or not good:
        raise BadInput(f"{identifier!r} is no name of a repository.", "It should read like owner/name.")
    return f"{owner}/{name}"


def _repository(entry: Mapping[str, Any]) -> Repository:
    tags = [str(tag) for tag in cast("list[Any]", entry.get("tags") or [])]
    licence = next((tag.removeprefix("license:") for tag in tags if tag.startswith("license:")), "")
    return Repository(
        id=str(entry.get("id") or entry.get("modelId") or ""),
        licence=licence,
        gated=bool(entry.get("gated")),
        downloads=_number(entry.get("downloads")),
        likes=_number(entry.get("likes")),
    )


def _file(identifier: str, entry: Any) -> RemoteFile | None:
    if not isinstance(entry, dict):
        return None
    facts = cast("Mapping[str, Any]", entry)
    large = facts.get("lfs")
    lfs: Mapping[str, Any] = cast("Mapping[str, Any]", large) if isinstance(large, dict) else {}
    path = facts.get("path")
    if facts.get("type") != "file" or not isinstance(path, str):
        return None
    return RemoteFile(identifier, path, _number(lfs.get("size") or facts.get("size")), str(lfs.get("oid") or ""))


def _number(value: Any) -> int:
    return value if isinstance(value, int) and value >= 0 else 0
