"""What the words wish for, as scores: of the library's grounds, of its things, and of where these should stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from studio.pipelines.closed_form_words import Slot

ANYTHING = -1  # an attribute that is no matter
_CERTAIN = 3.0  # log-odds beyond which a thing must be there, or must not
_BEYOND_DOUBT = 0.8  # a probability
_PLACED = 3.0  # times over that a place counts where a thing was told to be: what stands there already is no excuse
_SETTLED = 0.5  # a score by which a detail counts as said


class Lexicon:
    """The slots as tables: from the head's classes to what each value of an item is worth."""

    def __init__(self, slots: Sequence[Slot], device: torch.device) -> None:
        self.slots = tuple(slots)
        self.columns = {slot.name: column for column, slot in enumerate(slots)}
        self.width = max(slot.classes for slot in slots)
        total = sum(slot.classes for slot in slots)
        worth = torch.zeros(total, len(slots), self.width, device=device)
        blocked = torch.ones(len(slots), self.width, dtype=torch.bool, device=device)
        start = 0
        for column, slot in enumerate(slots):
            worth[start : start + slot.classes, column, : slot.classes] = slot.scores().to(device)
            blocked[column, : slot.classes] = False
            start += slot.classes
        self._worth, self._blocked = worth, blocked

    def wish(self, positive: Tensor, negative: Tensor | None, guidance: float) -> Wish:
        """From the head's log-probabilities (T,); with a negative prompt's, led away from it by the guidance scale.

        Guidance acts on what is asked for, not on pictures: log-prior of the negative plus scale times difference.
        """
        said = asked = positive.exp()
        if negative is not None:
            other = negative.exp()
            asked = other + guidance * (asked - other)
        scores = torch.einsum("t,tsc->sc", asked, self._worth)
        return Wish(self, scores.masked_fill(self._blocked, -torch.inf), said)


@dataclass(frozen=True)
class Wish:
    """scores (slots, most values): what each value of an item is worth, in natural logarithms.

    said (T,): the probability of each class of the head, by the prompt alone.
    """

    lexicon: Lexicon
    scores: Tensor
    said: Tensor

    def of_items(self, attributes: Tensor, slots: Sequence[str] | None = None) -> Tensor:
        """attributes (N, A) of integers -> (N,) float32: the sum over all slots, or these.

        ANYTHING is worth as much as the best value.
        """
        if slots is None:
            columns = torch.arange(attributes.shape[1], device=attributes.device)
        else:
            columns = torch.tensor([self.lexicon.columns[name] for name in slots], device=attributes.device)
        scores = self.scores[columns]
        table = torch.cat([scores.amax(1, keepdim=True), scores], 1)
        values = attributes[:, columns].long() - ANYTHING
        return table.gather(1, values.T).sum(0)

    def without_habits(self) -> Wish:
        """The same, but nothing is preferred of what was not said: for pictures that speak for themselves."""
        said = torch.tensor(
            [self.value(slot.name) is not None for slot in self.lexicon.slots], device=self.scores.device
        )
        indifferent = torch.where(self.scores.isinf(), self.scores, 0.0)
        return replace(self, scores=torch.where(said[:, None], self.scores, indifferent))

    def odds(self, kind: str) -> float:
        """Log-odds that a thing of the kind was asked for; 0 and thereabouts: nothing was said."""
        column = self.lexicon.columns.get(f"{kind}.present")
        if column is None:
            return 0.0
        return float(self.scores[column, 1] - self.scores[column, 2])

    def wants(self, kind: str) -> bool:
        """It must be there."""
        return self.odds(kind) > _CERTAIN

    def forbids(self, kind: str) -> bool:
        """It must not be there."""
        return self.odds(kind) < -_CERTAIN

    def value(self, slot: str) -> str | None:
        """The value that was asked for, or None if none was."""
        column = self.lexicon.columns.get(slot)
        if column is None:
            return None
        values = self.lexicon.slots[column].values
        scores = self.scores[column, 1 : 1 + len(values)]
        best = int(scores.argmax())
        others = float(scores.mean())
        return values[best] if float(scores[best]) - others > _SETTLED else None

    def plainly(self, slot: str) -> str | None:
        """The value that the prompt says beyond doubt, or None: where a guess would do harm."""
        column = self.lexicon.columns[slot]
        start = sum(each.classes for each in self.lexicon.slots[:column])
        values = self.lexicon.slots[column].values
        likely = self.said[start + 1 : start + 1 + len(values)]
        best = int(likely.argmax())
        return values[best] if float(likely[best]) > _BEYOND_DOUBT else None

    def position(self, kind: str) -> Tensor | None:
        """(3,) scores of left, centre and right, or None where nothing was said of it."""
        if self.value(f"{kind}.position") is None:
            return None
        column = self.lexicon.columns[f"{kind}.position"]
        return _PLACED * self.scores[column, 1:4]

    def details(self, kind: str) -> list[str]:
        """The slots that say more of the kind than that it is there, its position aside."""
        return [
            slot.name
            for slot in self.lexicon.slots
            if slot.subject == kind and not slot.name.endswith((".present", ".position"))
        ]
