"""Words to vectors: CLIP text encoders, prompts of any length, results remembered."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from studio.prompts.reading import Piece, read

REMEMBERED = 64  # prompts


@dataclass(frozen=True)
class Encoded:
    """hidden_states: (1, chunks * window, width). pooled: (1, width) of the first chunk, or None."""

    hidden_states: Tensor
    pooled: Tensor | None


@dataclass(frozen=True, eq=False)
class _Token:
    number: int
    weight: float = 1.0
    vector: Tensor | None = None


class Words:
    """A tokenizer with its text encoder (transformers' CLIP classes).

    A prompt longer than the encoder's window is cut into chunks that fill it, each encoded on its own and the
    results strung together, as artists know it from the common web interfaces; nothing they write is dropped.
    penultimate: take the last but one layer, without the final norm, as SDXL was trained.
    """

    def __init__(self, tokenizer: Any, encoder: Any, *, penultimate: bool = False) -> None:
        self._tokenizer = tokenizer
        self.encoder = encoder
        self.encoders = (encoder,)
        self._penultimate = penultimate
        self._window = min(int(tokenizer.model_max_length), int(encoder.config.max_position_embeddings))
        self._known: OrderedDict[str, Encoded] = OrderedDict()
        self._learnt: dict[str, Tensor] = {}
        self._names: dict[str, str] = {}

    def knows(self, text: str) -> bool:
        """True when this prompt costs nothing."""
        return text in self._known

    @property
    def width(self) -> int:
        """Of a token's vector."""
        return int(self.encoder.config.hidden_size)

    def forget(self) -> None:
        """The encoder changed."""
        self._known.clear()

    def learn(self, words: Mapping[str, Tensor]) -> None:
        """Takes these names in a prompt for vectors, (tokens, width), instead of reading them; others are unlearnt."""
        if words.keys() == self._learnt.keys() and all(torch.equal(words[name], self._learnt[name]) for name in words):
            return
        self._learnt = dict(words)
        self._names = {name.lower(): name for name in words}
        self._known.clear()

    def encoded(self, text: str) -> Encoded:
        """The prompt as the network wants it. The text encoder must be on its device.

        text: with weights, as `prompts.reading` reads them.
        """
        if text not in self._known:
            self._known[text] = self._encode(self._windows(text))
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        self._known.move_to_end(text)
        return self._known[text]

    def lengthened(self, text: str, tokens: int) -> Tensor:
        """The hidden states of a prompt, followed by those of nothing until they are `tokens` long."""
        states = self.encoded(text).hidden_states
        missing = (tokens - states.shape[1]) // self._window
        return torch.cat((states, *[self.encoded("").hidden_states] * missing), dim=1) if missing > 0 else states

    def _windows(self, text: str) -> list[list[_Token]]:
        """Start, words, end, padding: as many windows as the words need, and a new one at each BREAK."""
        room = self._window - 2
        start, end, pad = (int(getattr(self._tokenizer, f"{name}_token_id")) for name in ("bos", "eos", "pad"))
        windows: list[list[_Token]] = []
        for chunk in read(text).chunks:
            words = [token for piece in chunk for token in self._tokens(piece)]
            for at in range(0, max(len(words), 1), room):
                part = words[at : at + room]
                padding = [_Token(pad)] * (room - len(part))
                windows.append([_Token(start), *part, _Token(end), *padding])
        return windows

    def _tokens(self, piece: Piece) -> list[_Token]:
        found: list[_Token] = []
        for part in self._apart(piece.text):
            if part.lower() in self._names:
                vectors = self._learnt[self._names[part.lower()]]
                found += [_Token(0, piece.weight, vector) for vector in vectors]
            else:
                numbers: list[int] = self._tokenizer(part, add_special_tokens=False, verbose=False).input_ids
                found += [_Token(number, piece.weight) for number in numbers]
        return found

    def _apart(self, text: str) -> list[str]:
        """Split where learnt words stand."""
        if not self._learnt:
            return [text]
        names = "|".join(re.escape(name) for name in sorted(self._learnt, key=len, reverse=True))
        return [part for part in re.split(rf"(?<!\w)({names})(?!\w)", text, flags=re.IGNORECASE) if part]

    def _encode(self, windows: list[list[_Token]]) -> Encoded:
        tokens = torch.tensor([[token.number for token in window] for window in windows]).to(self.encoder.device)
        ends = (tokens == self._tokenizer.eos_token_id).long()
        real = ends.cumsum(1) - ends == 0  # up to and with the first end
        mask = real.long() if getattr(self.encoder.config, "use_attention_mask", False) else None
        with self._replaced(windows):
            result = self.encoder(tokens, attention_mask=mask, output_hidden_states=self._penultimate)
        states: Tensor = result.hidden_states[-2] if self._penultimate else result.last_hidden_state
        pooled: Tensor | None = getattr(result, "text_embeds", None)
        states = emphasised(states, torch.tensor([[token.weight for token in window] for window in windows]))
        return Encoded(
            states.reshape(1, -1, states.shape[-1]).to(self.encoder.dtype),
            None if pooled is None else pooled[:1].to(self.encoder.dtype),
        )

    @contextmanager
    def _replaced(self, windows: list[list[_Token]]) -> Generator[None]:
        """While open, the encoder sees learnt vectors where they stand, instead of those of its own vocabulary."""
        places = [
            (row, column, token.vector)
            for row, window in enumerate(windows)
            for column, token in enumerate(window)
            if token.vector is not None
        ]
        if not places:
            yield
            return

        def put(module: Any, inputs: Any, output: Tensor) -> Tensor:
            for row, column, vector in places:
                output[row, column] = vector.to(output)
            return output

        hook = self.encoder.get_input_embeddings().register_forward_hook(put)
        try:
            yield
        finally:
            hook.remove()


def emphasised(states: Tensor, weights: Tensor) -> Tensor:
    """Each token's vector times its weight, then as large on average as before, as the common interfaces do it."""
    if bool((weights == 1).all()):
        return states
    before = states.mean((1, 2), keepdim=True)
    weighed = states * weights[..., None].to(states)
    after = weighed.mean((1, 2), keepdim=True)
    return weighed * (before / after)
