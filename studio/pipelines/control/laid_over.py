"""FLUX.1's Control-LoRA: small changes of the transformer's own layers, which then look at latents of a picture.

Where a file has a pair down and up, their product is added to what the layer gives; the first layer's pair takes the
picture as further channels of the latents. Lengths of norms (which some files have) take the place of the network's.
They are laid over the network for the calls that they steer, and leave no trace in its weights.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from studio.pipelines.control.authors_names import as_diffusers_names
from studio.pipelines.control.files import read_weights, refuse_unless
from studio.pipelines.control.guides import Call, Extra, Shown, of_rows
from studio.pipelines.tokens import packed

if TYPE_CHECKING:
    from studio.pipelines.conditioning import Conditioning

FIRST = "x_embedder"
_PREFIXES = ("transformer.", "diffusion_model.", "base_model.model.")
_ONLY_TAUGHT = "time_text_embed.guidance_embedder."  # layers that are only in networks that are told the scale


class Pair(nn.Module):
    """down: (rank, inputs). up: (outputs, rank). bias: (outputs,) or None."""

    def __init__(self, down: Tensor, up: Tensor, bias: Tensor | None) -> None:
        super().__init__()
        self.down, self.up = (nn.Parameter(each, requires_grad=False) for each in (down, up))
        self.bias = None if bias is None else nn.Parameter(bias, requires_grad=False)

    def forward(self, given: Tensor) -> Tensor:
        """What is added for inputs (..., inputs): (..., outputs)."""
        return functional.linear(functional.linear(given, self.down), self.up, self.bias)


class Changes(nn.Module):
    """All of a file. layers: names of the network's layers, in the order of `pairs`; norms: those of `lengths`."""

    def __init__(self, pairs: Mapping[str, Pair], lengths: Mapping[str, Tensor]) -> None:
        super().__init__()
        self.layers, self.norms = tuple(pairs), tuple(lengths)
        self.pairs = nn.ModuleList(pairs.values())
        self.lengths = nn.ParameterList(nn.Parameter(each, requires_grad=False) for each in lengths.values())


def read_control_lora(path: Path, name: str, transformer: Any, dtype: torch.dtype) -> nn.Module:
    """In its authors' names (Black Forest Labs) or diffusers'.

    Raises Trouble for damaged files, BadInput when it does not fit the transformer.
    """
    weights = as_diffusers_names({_plain(each): value for each, value in read_weights(path, name).items()})
    downs = {each.removesuffix(".lora_A.weight") for each in weights if each.endswith(".lora_A.weight")}
    own = dict(transformer.named_modules())
    pairs: dict[str, Pair] = {}
    for each in sorted(downs):
        if each not in own and each.startswith(_ONLY_TAUGHT):
            continue
        up = weights.get(f"{each}.lora_B.weight")
        refuse_unless(up is not None and each in own, name)
        assert up is not None
        pair = _pair(weights, each, up, dtype)
        inputs = own[each].in_features * (2 if each == FIRST else 1)
        refuse_unless(pair.down.shape[1] == inputs and pair.up.shape[0] == own[each].out_features, name)
        pairs[each] = pair
    norms = {each: value for each, value in weights.items() if ".attn.norm_" in each and each.endswith(".weight")}
    lengths = {each.removesuffix(".weight"): value.to(dtype) for each, value in norms.items()}
    fits = all(each in own and own[each].weight.shape == value.shape for each, value in lengths.items())
    refuse_unless(fits and FIRST in pairs, name)
    return Changes(pairs, lengths)


def _plain(name: str) -> str:
    return next((name.removeprefix(each) for each in _PREFIXES if name.startswith(each)), name)


def _pair(weights: Mapping[str, Tensor], layer: str, up: Tensor, dtype: torch.dtype) -> Pair:
    down, bias = weights[f"{layer}.lora_A.weight"], weights.get(f"{layer}.lora_B.bias")
    alpha = weights.get(f"{layer}.alpha")
    up = up if alpha is None else up * (float(alpha) / down.shape[0])
    return Pair(down.to(dtype), up.to(dtype), None if bias is None else bias.to(dtype))


@dataclass
class LaidOver:
    """One picture with its changes. counts: they hold for the call in hand."""

    shown: Shown
    counts: bool = False

    def steer(self, extra: Extra, given: Tensor, timestep: Tensor, inputs: Conditioning, call: Call) -> None:
        """Adds no inputs: the network itself is another for this call."""
        control = self.shown.control
        self.counts = bool(control.weight) and control.holds(call.number, call.of)

    @contextmanager
    def on(self, transformer: Any) -> Generator[None]:
        """While open, calls that it counts for are those of the changed network."""
        changes = cast("Changes", self.shown.network)
        with ExitStack() as stack:
            for name, pair in zip(changes.layers, cast("Iterable[Pair]", changes.pairs), strict=True):
                seen = self._with_picture if name == FIRST else _as_it_is
                hook = transformer.get_submodule(name).register_forward_hook(partial(self._added, pair, seen))
                stack.callback(hook.remove)
            for name, length in zip(changes.norms, changes.lengths, strict=True):
                hook = transformer.get_submodule(name).register_forward_hook(partial(self._measured, length))
                stack.callback(hook.remove)
            yield
        self.counts = False

    def _added(self, pair: Pair, seen: Callable[[Tensor], Tensor], layer: Any, given: Any, found: Tensor) -> Any:
        return found + self.shown.control.weight * pair(seen(given[0])) if self.counts else found

    def _measured(self, length: nn.Parameter, norm: Any, given: Any, found: Tensor) -> Tensor:
        if not self.counts:
            return found
        own = norm.weight
        try:
            norm.weight = length
            return cast("Any", type(norm)).forward(norm, *given)
        finally:
            norm.weight = own

    def _with_picture(self, tokens: Tensor) -> Tensor:
        """The picture lies beside the first tokens; pictures to look at, which come after them, have nothing there."""
        picture = packed(of_rows(self.shown.picture, len(tokens))).to(tokens)
        picture = functional.pad(picture, (0, 0, 0, tokens.shape[1] - picture.shape[1]))
        return torch.cat((tokens, picture), dim=2)


def _as_it_is(given: Tensor) -> Tensor:
    return given
