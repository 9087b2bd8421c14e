"""The judge: says of a picture what is in it, so that the model's obedience can be measured without a person.

A small network that is taught on renderings that have passed through the codec, with the renderer's own knowledge of
what is where; never on anything that a model made. What it finds in renderings that it has not seen is the ceiling of
every score it gives.
"""

from __future__ import annotations

# torch's signatures are only partly typed
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional

from studio.training.scenes.painter import Bounds
from studio.training.scenes.world import KINDS
from studio.training.words.slots import SLOTS

SIDE = 256  # pixels that the judge looks at
CELLS = 16  # of its map of things, along each side
_HINTS = 8 + 2 * CELLS
_NAMES = tuple(kind.name for kind in KINDS)
_BY_KIND = tuple(tuple(i for i, slot in enumerate(SLOTS) if slot.subject == name) for name in _NAMES)
_GLOBAL = tuple(i for i, slot in enumerate(SLOTS) if slot.subject not in _NAMES)
_STARTS = tuple(int(n) for n in np.cumsum([0, *(slot.classes for slot in SLOTS)]))
_HUE = next(i for i, slot in enumerate(SLOTS) if slot.name == "hue")

Bytes = NDArray[np.uint8]


class _Residual(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(width, width, 3, padding=1, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(inplace=True),
            nn.Conv2d(width, width, 3, padding=1, bias=False),
            nn.BatchNorm2d(width),
        )

    def forward(self, x: Tensor) -> Tensor:
        return functional.relu(x + self.body(x))


def _halving(inner: int, outer: int) -> list[nn.Module]:
    return [nn.Conv2d(inner, outer, 3, 2, 1, bias=False), nn.BatchNorm2d(outer), nn.ReLU(inplace=True)]


class Judge(nn.Module):
    """Pictures (B, 3, 256, 256) in 0..1 -> logits (B, T) for the classes of `SLOTS`, and a map of things.

    The map (B, kinds, 16, 16) says where each kind of thing is seen; a thing's colour, number and place are read from
    the features under its part of the map.
    """

    def __init__(self, width: int = 96) -> None:
        super().__init__()
        # blocks of 4×4 pixels first: what tells styles apart is within a block, and large maps are slow
        self.body = nn.Sequential(
            nn.PixelUnshuffle(4),
            nn.Conv2d(48, width // 2, 1, bias=False),
            nn.BatchNorm2d(width // 2),
            nn.ReLU(inplace=True),
            *_halving(width // 2, width * 2 // 3),
            *_halving(width * 2 // 3, width),
            _Residual(width),
            _Residual(width),
        )
        self.map = nn.Conv2d(width, len(KINDS), 1)
        self.whole = nn.Linear(4 * width, sum(SLOTS[i].classes for i in _GLOBAL))
        self.things = nn.ModuleList(
            nn.Linear(2 * width + _HINTS, sum(SLOTS[i].classes for i in slots)) if slots else nn.Identity()
            for slots in _BY_KIND
        )

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        features = self.body(pictures * 2 - 1)
        where = self.map(features)
        sky, land = features[:, :, : CELLS // 3], features[:, :, CELLS // 2 :]
        spread = [features.mean((2, 3)), features.amax((2, 3)), sky.mean((2, 3)), land.mean((2, 3))]
        logits = pictures.new_zeros(len(pictures), _STARTS[-1])
        _scatter(logits, _GLOBAL, self.whole(torch.cat(spread, 1)))
        flat = features.flatten(2)
        attention = where.flatten(2).softmax(-1)
        pooled = torch.einsum("bkp,bcp->bkc", attention, flat)
        summed = torch.einsum("bkp,bcp->bkc", where.flatten(2).sigmoid(), flat) / CELLS
        evidence = torch.cat([pooled, _hints(where, attention), summed], 2)
        for k, slots in enumerate(_BY_KIND):
            found = self.things[k](evidence[:, k])
            _scatter(logits, slots, found)
        return logits, where


def _hints(where: Tensor, attention: Tensor) -> Tensor:
    """(B, kinds, _HINTS): how strongly and where each thing is seen, in numbers."""
    cells = torch.arange(CELLS, device=where.device, dtype=where.dtype) / (CELLS - 1)
    grid = attention.unflatten(-1, (CELLS, CELLS))
    x: Tensor = (grid.sum(2) * cells).sum(-1)
    y: Tensor = (grid.sum(3) * cells).sum(-1)
    seen = where.sigmoid()
    across, down = seen.amax(2), seen.amax(3)
    thirds = torch.stack([part.amax(-1) for part in across.tensor_split(3, -1)], -1)
    amount = torch.log1p(seen.sum((2, 3)))
    strongest = where.amax((2, 3)) * 0.2
    return torch.cat([torch.stack([strongest, x, x * x, y, amount], -1), thirds, across, down], -1)


def _scatter(logits: Tensor, slots: Sequence[int], values: Tensor) -> None:
    start = 0
    for i in slots:
        size = SLOTS[i].classes
        logits[:, _STARTS[i] : _STARTS[i + 1]] = values[:, start : start + size]
        start += size


@dataclass(frozen=True)
class Evidence:
    """What the judge learns from: pictures (n, 256, 256, 3) uint8 as they leave the codec, what is true of each
    (n, A) int8, and its things' boxes as shares of the picture."""

    pictures: Bytes
    attributes: NDArray[np.int8]
    boxes: Sequence[dict[str, Bounds]]


def maps_of(boxes: Sequence[dict[str, Bounds]]) -> Tensor:
    """(n, kinds, 16, 16) float32: 1 where a thing's box is."""
    maps = torch.zeros(len(boxes), len(KINDS), CELLS, CELLS)
    for i, found in enumerate(boxes):
        for kind, (left, top, right, bottom) in found.items():
            if kind not in _NAMES:
                continue
            x0, y0 = int(left * CELLS), int(top * CELLS)
            x1, y1 = max(x0 + 1, math.ceil(right * CELLS)), max(y0 + 1, math.ceil(bottom * CELLS))
            maps[i, _NAMES.index(kind), y0:y1, x0:x1] = 1
    return maps


def loss_of(logits: Tensor, where: Tensor, attributes: Tensor, maps: Tensor) -> Tensor:
    """Cross-entropy over the slots that apply, and of the map."""
    total = logits.new_zeros(())
    for i in range(len(SLOTS)):
        truth = attributes[:, i]
        ask = torch.ones_like(truth, dtype=torch.bool) if i == _HUE else truth > 0
        if bool(ask.any()):
            part = logits[:, _STARTS[i] : _STARTS[i + 1]]
            each = functional.cross_entropy(part[ask], truth[ask], reduction="sum")
            total = total + each / len(truth)
    present = maps.amax((2, 3), keepdim=True)
    weight = 1.0 + 4.0 * present  # most kinds are not there
    seen = functional.binary_cross_entropy_with_logits(where, maps, weight=weight)
    return total + 10.0 * seen


def _swapped(attributes: Tensor) -> Tensor:
    """Attributes of the mirrored picture: left is right."""
    swapped = attributes.clone()
    for i, slot in enumerate(SLOTS):
        if slot.name.endswith(".position"):
            column = attributes[:, i]
            swapped[:, i] = torch.where(column == 1, 3, torch.where(column == 3, 1, column))
    return swapped


def _varied(pictures: Tensor, random: np.random.Generator) -> Tensor:
    """A little lighter, noisier or softer, as a model's pictures may be."""
    pictures = pictures * float(random.uniform(0.94, 1.06)) + float(random.uniform(-0.03, 0.03))
    if random.random() < 0.3:
        pictures = functional.avg_pool2d(functional.pad(pictures, (1, 1, 1, 1), mode="replicate"), 3, 1)
    if random.random() < 0.3:
        generator = torch.Generator().manual_seed(int(random.integers(2**31)))
        pictures = pictures + 0.02 * torch.randn(pictures.shape, generator=generator)
    return pictures.clamp(0, 1)


def train_judge(
    evidence: Evidence,
    steps: int = 2500,
    batch: int = 32,
    seed: int = 0,
    report: Callable[[int, int, float], None] | None = None,
    judge: Judge | None = None,
) -> Judge:
    """Teach a judge, a new one or one that has learned before. The same evidence and seed give the same judge on the
    same machine."""
    torch.manual_seed(seed)
    judge = judge or Judge()
    judge.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue] - a third faster
    optimizer = torch.optim.AdamW(judge.parameters(), lr=2e-3, weight_decay=0.02)
    attributes = torch.from_numpy(evidence.attributes.astype(np.int64))
    maps = maps_of(evidence.boxes)
    judge.train()
    for step, chosen in enumerate(_batches(len(attributes), batch, steps, seed)):
        random = np.random.default_rng([seed, step])
        pictures = to_tensor(evidence.pictures[chosen])
        truth, where = attributes[chosen], maps[chosen]
        if random.random() < 0.5:
            pictures, truth, where = pictures.flip(-1), _swapped(truth), where.flip(-1)
        share = step / steps
        for group in optimizer.param_groups:
            group["lr"] = 2e-3 * min(1.0, (step + 1) / 100) * 0.5 * (1 + math.cos(math.pi * share)) + 1e-6
        logits, found = judge(_varied(pictures, random))
        loss = loss_of(logits, found, truth, where)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        if report is not None:
            report(step + 1, steps, float(loss.detach()))
    return judge.eval()


def _batches(count: int, batch: int, steps: int, seed: int) -> Iterator[NDArray[np.int64]]:
    random = np.random.default_rng([seed, 5])
    left = np.empty(0, np.int64)
    for _ in range(steps):
        while len(left) < batch:
            left = np.concatenate([left, random.permutation(count)])
        yield left[:batch]
        left = left[batch:]


def save_judge(judge: Judge, path: Path) -> None:
    """As float16 safetensors, a few hundred kilobytes."""
    state = {name: value.half() if value.is_floating_point() else value for name, value in judge.state_dict().items()}
    save_file({name: value.contiguous() for name, value in state.items()}, str(path))


def load_judge(path: Path) -> Judge:
    """Raises OSError if there is no such file, RuntimeError if it is of another world."""
    judge = Judge()
    judge.load_state_dict(load_file(str(path)))
    return judge.eval()


def to_tensor(pictures: Bytes) -> Tensor:
    """(n, h, w, 3) uint8 -> (n, 3, 256, 256) in 0..1; other sizes are scaled."""
    tensor = torch.from_numpy(np.ascontiguousarray(pictures)).permute(0, 3, 1, 2).float() / 255
    if tensor.shape[2:] != (SIDE, SIDE):
        tensor = functional.interpolate(tensor, (SIDE, SIDE), mode="bilinear", antialias=True, align_corners=False)
    return tensor


def verdicts(judge: Judge, pictures: Bytes) -> list[dict[str, str]]:
    """For each picture the likeliest value of every slot (the details of things that are not there included).

    The judge looks twice, the second time in a mirror, and takes the mean.
    """
    found: list[dict[str, str]] = []
    with torch.inference_mode():
        for start in range(0, len(pictures), 32):
            seen = to_tensor(pictures[start : start + 32])
            logits = judge(seen)[0] + judge(seen.flip(-1))[0][:, _mirrored_classes()]
            found += [_read(row) for row in logits]
    return found


def _mirrored_classes() -> list[int]:
    """For each class, the one that the mirrored picture has instead: left is right."""
    order = list(range(_STARTS[-1]))
    for start, slot in zip(_STARTS, SLOTS, strict=False):
        if slot.name.endswith(".position"):
            order[start + 1], order[start + 3] = start + 3, start + 1
    return order


def _read(row: Tensor) -> dict[str, str]:
    said: dict[str, str] = {}
    for i, slot in enumerate(SLOTS):
        part = row[_STARTS[i] : _STARTS[i + 1]]
        if i == _HUE:
            best = int(part.argmax())
            said[slot.name] = slot.values[best - 1] if best else "none"
        else:
            said[slot.name] = slot.values[int(part[1:].argmax())]
    return said


def marks(asked: dict[str, str], found: dict[str, str]) -> dict[str, bool]:
    """For each attribute that was asked for: was it there? Details of a thing that is missing are wrong."""
    result: dict[str, bool] = {}
    for name, value in asked.items():
        thing, _, detail = name.partition(".")
        right = found.get(name) == value
        if detail and detail != "present":
            right = right and found.get(f"{thing}.present") == "present"
        result[name] = right
    return result
