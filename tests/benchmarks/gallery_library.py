"""Libraries of made-up pictures for the gallery's benchmark: rows as real ones would be, and small real files."""

from __future__ import annotations

import hashlib
import random
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from studio.library.gallery.gallery import Gallery
from studio.library.gallery.index.look import BYTES
from studio.library.gallery.index.thumbnails import thumbnail_of_pixels
from studio.request.pixels import Pixels

DAY = 86_400.0
FIRST = 1_700_000_000.0
WITH_THUMBNAILS = 20_000  # of the newest: more is scrolled past by nobody, and 13 KB each
SYLLABLES = [
    "ba",
    "be",
    "bo",
    "da",
    "de",
    "do",
    "fa",
    "fe",
    "ga",
    "go",
    "ha",
    "he",
    "ka",
    "ko",
    "la",
    "le",
    "li",
    "lo",
    "ma",
    "me",
    "mo",
    "na",
    "ne",
    "no",
    "pa",
    "po",
    "ra",
    "re",
    "ri",
    "ro",
    "sa",
    "se",
    "so",
    "ta",
    "te",
    "to",
]
MODELS = [f"model {name}" for name in ("dream", "real", "paper", "anime", "ink", "light", "deep", "xl", "flux", "mini")]
SAMPLERS = ("Euler", "Euler a", "DPM++ 2M Karras", "DPM++ SDE", "DDIM", "UniPC", "Heun", "LCM")
SOURCES = ("sfumato", "a1111", "comfyui", "invokeai")


def vocabulary(size: int = 4000) -> list[str]:
    dice = random.Random(1)
    return ["".join(dice.choice(SYLLABLES) for _ in range(dice.randint(2, 4))) for _ in range(size)]


def entries(count: int) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Rows with prompts of 10 to 40 words, frequent words more often than rare ones, as in any language."""
    dice = random.Random(2)
    words = vocabulary()
    weights = [1 / (rank + 5) for rank in range(len(words))]
    for index in range(count):
        prompt = " ".join(dice.choices(words, weights, k=dice.randint(10, 40)))
        created = FIRST + index * 300.0
        day = int(created // DAY)
        yield (
            Path(f"{day}") / f"{index:06}-{prompt[:20].replace(' ', '-')}.png",
            {
                "stamp": int(created * 1e9),
                "bytes": 1_500_000,
                "print": hashlib.blake2b(str(index).encode(), digest_size=16).digest(),
                "format": "PNG",
                "width": dice.choice((512, 768, 1024, 1216)),
                "height": dice.choice((512, 768, 1024, 832)),
                "created": created,
                "source": dice.choice(SOURCES),
                "kind": dice.choice(("txt2img", "img2img", "inpaint")),
                "prompt": prompt,
                "negative": "blurry, low quality",
                "model": dice.choice(MODELS),
                "sampler": dice.choice(SAMPLERS),
                "steps": dice.randint(8, 50),
                "guidance": 7.0,
                "seed": str(dice.getrandbits(32)),
            },
        )


def fill(gallery: Gallery, count: int) -> None:
    """Puts `count` rows into the index, rates one in ten, gives all a look, and the newest a thumbnail."""
    batch: list[tuple[Path, dict[str, Any]]] = []
    for path, entry in entries(count):
        batch.append((gallery.folder / path, entry))
        if len(batch) == 2000:
            gallery.store.put_all(batch, FIRST)
            batch = []
    gallery.store.put_all(batch, FIRST)
    with gallery.store.database.write() as connection:
        connection.execute("UPDATE picture SET rating = id % 6 WHERE id % 10 = 0")
    dice = np.random.default_rng(3)
    looks = dice.integers(0, 256, (count, BYTES), np.uint8)
    jpegs = [thumbnail_of_pixels(painting(256, seed))[0] for seed in range(20)]
    prints = [entry["print"] for _, entry in entries(count)]
    made = [(each, jpegs[place % 20], looks[place].tobytes()) for place, each in enumerate(prints)]
    gallery.thumbnails.keep(made[-WITH_THUMBNAILS:])
    with gallery.thumbnails._database.write() as connection:
        rest = ((each, look) for each, _, look in made[:-WITH_THUMBNAILS])
        connection.executemany("INSERT INTO look (print, data) VALUES (?, ?)", rest)
    gallery.search.prepare()
    gallery.similar.prepare()  # as the program does when it has looked through the folders


def painting(side: int, seed: int) -> Pixels:
    """A smooth picture with some grain, which compresses as photographs do."""
    dice = np.random.default_rng(seed)
    small = Image.fromarray(dice.integers(0, 256, (8, 8, 3), np.uint8))
    large = np.asarray(small.resize((side, side), Image.Resampling.BICUBIC), np.int16)
    return Pixels(np.clip(large + dice.normal(0, 6, large.shape), 0, 255).astype(np.uint8))


def tiny_files(folder: Path, count: int) -> None:
    """Small PNG files with infotext: what reading costs, besides decoding."""
    folder.mkdir(parents=True, exist_ok=True)
    body = _chunk(b"IHDR", struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0))
    rows = _chunk(b"IDAT", zlib.compress(b"\0" * (8 * 25)))
    for index, (_, entry) in enumerate(entries(count)):
        text = (
            f"{entry['prompt']}\nNegative prompt: {entry['negative']}\nSteps: {entry['steps']}, "
            f"Sampler: {entry['sampler']}, CFG scale: 7, Seed: {entry['seed']}, Size: 512x512, "
            f"Model: {entry['model']}, "
            "Model hash: 45dee52b12, Version: v1.10.1"
        )
        chunks = body + _chunk(b"tEXt", b"parameters\0" + text.encode()) + rows + _chunk(b"IEND", b"")
        (folder / f"{index:06}.png").write_bytes(b"\x89PNG\r\n\x1a\n" + chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
