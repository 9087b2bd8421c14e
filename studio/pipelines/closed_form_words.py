"""From the words of a prompt to a preference among the library's scenes.

The embedded model's text encoder is taught to say, at every token, which attributes of a scene the words up to there
ask for. `AttributeHead` reads that off its states; `log_prior` turns it into the log-probability (up to a constant)
that each library scene is what was asked for, the prior of the closed-form denoiser's posterior.

Attributes are *slots*. A slot has a name and values; in an item value 0 means "does not apply" and value k means
`values[k - 1]`; in a prompt class 0 means "not said". The slots travel with the weights as plain JSON
(`slots_to_config`), so this room knows no world of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor, nn


@dataclass(frozen=True)
class Slot:
    """One attribute of a scene, and what it costs an item not to have what was asked for (natural logarithms).

    `miss` is lost by an item with another value than the asked one, `kin` holds pairs of values that are nearly
    right and what they lose instead; `rest` are the scores of the item values 0..len(values) when nothing was said.
    """

    name: str
    values: tuple[str, ...]
    miss: float
    rest: tuple[float, ...]
    kin: tuple[tuple[str, str, float], ...] = ()

    def __post_init__(self) -> None:
        if len(self.rest) != self.classes:
            raise ValueError(f"slot {self.name} needs {self.classes} rest scores, not {len(self.rest)}")

    @property
    def classes(self) -> int:
        """How many classes the head has for it: "not said" and each value."""
        return len(self.values) + 1

    @property
    def subject(self) -> str:
        """The thing that it is about (`house` of `house.colour`), or "" for an attribute of the whole scene."""
        thing, dot, _ = self.name.partition(".")
        return thing if dot else ""

    def scores(self) -> Tensor:
        """(classes, classes) float32: row = what was asked (0 = nothing), column = what the item has."""
        table = torch.full((self.classes, self.classes), -self.miss)
        table.fill_diagonal_(0.0)
        table[0] = torch.tensor(self.rest)
        for one, other, cost in self.kin:
            i, j = self.values.index(one) + 1, self.values.index(other) + 1
            table[i, j] = table[j, i] = -cost
        return table


def slots_to_config(slots: Sequence[Slot]) -> list[dict[str, Any]]:
    """Plain JSON for a model's config; `slots_from_config` reads it back."""
    return [asdict(slot) for slot in slots]


def slots_from_config(config: Sequence[Mapping[str, Any]]) -> tuple[Slot, ...]:
    """Raises KeyError or ValueError if the config was not written by `slots_to_config`."""
    return tuple(
        Slot(
            name=str(entry["name"]),
            values=tuple(str(value) for value in entry["values"]),
            miss=float(entry["miss"]),
            rest=tuple(float(score) for score in entry["rest"]),
            kin=tuple((str(a), str(b), float(cost)) for a, b, cost in entry["kin"]),
        )
        for entry in config
    )


class AttributeHead(nn.Module):
    """Log-probabilities of what a prompt asks for, from the text encoder's states.

    Each token gives evidence for each class by one linear map; the strongest token decides (a maximum over the
    sequence), so the order of words does not matter, padding says nothing, prompts of several chunks of 77 tokens
    work as one, and a weighted word (states scaled by its weight) weighs more. "Not said" is evidence 0.
    """

    def __init__(self, width: int, slots: Sequence[Slot]) -> None:
        super().__init__()
        self.slots = tuple(slots)
        sizes = [slot.classes for slot in self.slots]
        self.evidence = nn.Linear(width, sum(sizes))
        starts = [sum(sizes[:i]) for i in range(len(sizes))]
        # classes of each slot in a rectangle, so that one softmax serves all slots; column -1 is a filler
        grid = torch.full((len(sizes), max(sizes)), -1, dtype=torch.long)
        for row, (start, size) in enumerate(zip(starts, sizes, strict=True)):
            grid[row, :size] = torch.arange(start, start + size)
        unsaid = torch.zeros(sum(sizes), dtype=torch.bool)
        unsaid[starts] = True
        self.grid: Tensor
        self.unsaid: Tensor
        self.register_buffer("grid", grid, persistent=False)
        self.register_buffer("unsaid", unsaid, persistent=False)

    def forward(self, states: Tensor) -> Tensor:
        """states (B, L, D) -> (B, T) float32 log-probabilities; T = classes of all slots, one slot after the other."""
        evidence = self.evidence(states.to(self.evidence.weight.dtype)).float().amax(1)
        evidence = evidence.masked_fill(self.unsaid, 0.0)
        padded = evidence[:, self.grid.clamp_min(0)].masked_fill(self.grid < 0, -torch.inf)
        return padded.log_softmax(-1)[:, self.grid >= 0]


def match_table(attributes: Tensor, slots: Sequence[Slot]) -> Tensor:
    """Item attributes (N, A) of integers, one column a slot -> (T, N) float32: each class's score for each item."""
    if attributes.shape[1] != len(slots):
        raise ValueError(f"the library has {attributes.shape[1]} attributes, the words {len(slots)}")
    columns = attributes.long().unbind(1)
    return torch.cat([slot.scores().to(column.device)[:, column] for slot, column in zip(slots, columns, strict=True)])


def log_prior(log_probs: Tensor, attributes: Tensor, slots: Sequence[Slot]) -> Tensor:
    """(B, T) of the head and (N, A) of the library -> (B, N): the expected score of each item, 0 for a perfect one.

    To call it at every step, keep `match_table(attributes, slots)` and multiply `log_probs.exp() @ table` yourself.
    """
    return log_probs.exp() @ match_table(attributes, slots)


def split_prior(log_probs: Tensor, table: Tensor, slots: Sequence[Slot]) -> dict[str, Tensor]:
    """The same score by subject, "" (the scene as a whole) and each thing -> (B, N); they sum to `log_prior`.

    With it a thing can count only where it stands in the item, and the scene around it come from other items.
    """
    probabilities = log_probs.exp()
    parts: dict[str, Tensor] = {}
    start = 0
    for slot in slots:
        rows = slice(start, start + slot.classes)
        part = probabilities[:, rows] @ table[rows]
        subject = slot.subject
        parts[subject] = parts[subject] + part if subject in parts else part
        start += slot.classes
    return parts


def read_off(log_probs: Tensor, slots: Sequence[Slot]) -> list[dict[str, str]]:
    """What each prompt of the batch most likely asks for: {slot: value}, slots that were not said left out."""
    answers: list[dict[str, str]] = []
    for row in log_probs:
        said: dict[str, str] = {}
        start = 0
        for slot in slots:
            best = int(row[start : start + slot.classes].argmax())
            if best:
                said[slot.name] = slot.values[best - 1]
            start += slot.classes
        answers.append(said)
    return answers
