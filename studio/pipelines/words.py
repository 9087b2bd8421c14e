"""Words to vectors: CLIP text encoders, prompts of any length, results remembered."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

REMEMBERED = 64  # prompts


@dataclass(frozen=True)
class Encoded:
    """hidden_states: (1, chunks * window, width). pooled: (1, width) of the first chunk, or None."""

    hidden_states: Tensor
    pooled: Tensor | None


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

    def knows(self, text: str) -> bool:
        """True when this prompt costs nothing."""
        return text in self._known

    def forget(self) -> None:
        """The encoder changed."""
        self._known.clear()

    def encoded(self, text: str) -> Encoded:
        """The prompt as the network wants it. The text encoder must be on its device."""
        if text not in self._known:
            self._known[text] = self._encode(self._tokens(text))
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        self._known.move_to_end(text)
        return self._known[text]

    def lengthened(self, text: str, tokens: int) -> Tensor:
        """The hidden states of a prompt, followed by those of nothing until they are `tokens` long."""
        states = self.encoded(text).hidden_states
        missing = (tokens - states.shape[1]) // self._window
        return torch.cat((states, *[self.encoded("").hidden_states] * missing), dim=1) if missing > 0 else states

    def _tokens(self, text: str) -> Tensor:
        """(chunks, window) token numbers: start, words, end, padding."""
        words: list[int] = self._tokenizer(text, add_special_tokens=False, verbose=False).input_ids
        room = self._window - 2
        start, end, pad = (int(getattr(self._tokenizer, f"{name}_token_id")) for name in ("bos", "eos", "pad"))
        chunks = [words[at : at + room] for at in range(0, max(len(words), 1), room)]
        return torch.tensor([[start, *chunk, end, *[pad] * (room - len(chunk))] for chunk in chunks])

    def _encode(self, tokens: Tensor) -> Encoded:
        tokens = tokens.to(self.encoder.device)
        ends = (tokens == self._tokenizer.eos_token_id).long()
        real = ends.cumsum(1) - ends == 0  # up to and with the first end
        mask = real.long() if getattr(self.encoder.config, "use_attention_mask", False) else None
        result = self.encoder(tokens, attention_mask=mask, output_hidden_states=self._penultimate)
        states: Tensor = result.hidden_states[-2] if self._penultimate else result.last_hidden_state
        pooled: Tensor | None = getattr(result, "text_embeds", None)
        return Encoded(
            states.reshape(1, -1, states.shape[-1]).to(self.encoder.dtype),
            None if pooled is None else pooled[:1].to(self.encoder.dtype),
        )
