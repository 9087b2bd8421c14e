"""Weights laid over a model: LoRA, learnt words, another picture codec. On, off and taken away without reading it anew.

A LoRA stays beside the layers that it changes (peft), and their own weights are never touched, so that what is taken
away leaves no trace. Those that were used last are kept, also while they are off.
"""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# diffusers' loaders have no types

from __future__ import annotations

import hashlib
import logging
import warnings
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from studio.pipelines.adapters import Adapter, Reader, stock_pipeline
from studio.pipelines.conditioning import Adapters
from studio.pipelines.devices import memory_ran_out
from studio.pipelines.parts import told
from studio.pipelines.words import Words
from studio.request.errors import BadInput, Trouble

log = logging.getLogger(__name__)

MOST_LORAS = 8  # kept, those that are off among them
MOST_CODECS = 2


@dataclass(frozen=True)
class Worn:
    """kind: "lora", "embedding" or "vae". name: as the artist calls it. path: a safetensors file or, of a codec,
    a folder. weight: of a LoRA, how much of it.
    """

    kind: str
    name: str
    path: Path
    weight: float = 1.0


class Overlays:
    """Those of one loaded model.

    parts: its networks by folder name. codec_of: reads another picture codec for the model's family.
    """

    def __init__(
        self,
        adapter: Adapter,
        parts: Mapping[str, Any],
        readers: Sequence[Reader],
        codec_of: Callable[[Path], Any],
    ) -> None:
        self._adapter = adapter
        self._parts = dict(parts)
        self._readers = tuple(readers)
        self._codec_of = codec_of
        self._stock: Any = None
        self._loras: OrderedDict[str, str] = OrderedDict()  # adapter's name: artist's name, last used last
        self._worn: Adapters = ()
        self._codecs: OrderedDict[Path, Any] = OrderedDict()

    def wear(self, wanted: Sequence[Worn]) -> None:
        """Puts on exactly these. Costs milliseconds for those that were on before.

        Raises Trouble or BadInput naming the file that cannot be used; then nothing is on.
        """
        try:
            self._wear_loras([each for each in wanted if each.kind == "lora"])
            self._learn_words([each for each in wanted if each.kind == "embedding"])
        except BaseException:
            self._wear_loras([])
            self._learn_words([])
            raise

    def codec(self, wanted: Sequence[Worn]) -> Any:
        """The picture codec to use: the last one asked for, or the model's own."""
        chosen = [each for each in wanted if each.kind == "vae"]
        if not chosen:
            return self._parts["vae"]
        path = chosen[-1].path
        if path not in self._codecs:
            with told(f"The picture codec {chosen[-1].name}"):
                self._codecs[path] = self._codec_of(path)
            while len(self._codecs) > MOST_CODECS:
                self._codecs.popitem(last=False)
        self._codecs.move_to_end(path)
        return self._codecs[path]

    # LoRA

    def set_of(self, wanted: Sequence[Worn]) -> Adapters:
        """The LoRA among these, for `put_on`; read if they were not on before. Raises as `wear` does."""
        return tuple((self._read(each), each.weight) for each in wanted if each.kind == "lora")

    def put_on(self, worn: Adapters) -> None:
        """Exactly these are on, of those that were put on by `wear`. What was read before is not forgotten."""
        if worn == self._worn:
            return
        if worn:
            self._pipeline.enable_lora()
            self._pipeline.set_adapters([name for name, _ in worn], [weight for _, weight in worn])
        else:
            self._pipeline.disable_lora()
        self._worn = worn

    def forget_words(self) -> None:
        """Text encoders may have changed: prompts are to be read again."""
        for reader in self._readers:
            reader.forget()

    def _wear_loras(self, wanted: Sequence[Worn]) -> None:
        if not wanted and not self._worn:
            return
        worn = self.set_of(wanted)
        if worn != self._worn:
            self.put_on(worn)
            self.forget_words()
            self._let_go({name for name, _ in worn})

    def _read(self, lora: Worn) -> str:
        """Its name among the adapters; read from disk if it is not there yet."""
        try:
            stamp = f"{lora.path}|{lora.path.stat().st_mtime_ns}"
        except OSError as error:
            raise Trouble(f"The LoRA {lora.name} is no longer where it was.", "Look at the list of models.") from error
        name = f"lora_{hashlib.sha1(stamp.encode(), usedforsecurity=False).hexdigest()[:12]}"
        if name not in self._loras:
            self._load(lora, name)
            self._loras[name] = lora.name
        self._loras.move_to_end(name)
        return name

    def _load(self, lora: Worn, name: str) -> None:
        with told(f"The LoRA {lora.name}"):
            weights: dict[str, Tensor] = load_file(lora.path)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", UserWarning)  # peft warns of a second LoRA, which is what is wanted
                self._pipeline.load_lora_weights(weights, adapter_name=name)
            fits = any(name in names for names in self._pipeline.get_list_adapters().values())
        except (ValueError, KeyError, RuntimeError, IndexError, TypeError, AttributeError) as error:
            if memory_ran_out(error):
                raise
            log.info("LoRA %s: %r", lora.path, error)
            fits = False
        if not fits:
            self._delete(name)
            raise BadInput(
                f"The LoRA {lora.name!r} does not fit this model, or is of a kind that cannot be used here.",
                "Take it out, or choose a model that it was made for.",
            )
        for network in self._changed:
            _match_dtype(network, name)

    def _let_go(self, worn: set[str]) -> None:
        """Takes away those that were not used for longest."""
        spare = [name for name in self._loras if name not in worn]
        for name in spare[: max(0, len(self._loras) - MOST_LORAS)]:
            self._delete(name)
            del self._loras[name]

    def _delete(self, name: str) -> None:
        for part in self._changed:
            network: Any = part  # diffusers' and transformers' networks call it differently
            if name in (getattr(network, "peft_config", None) or {}):
                delete = network.delete_adapters if hasattr(network, "delete_adapters") else network.delete_adapter
                delete(name)

    def take_all_away(self) -> None:
        """The model as it was read, layer for layer."""
        if self._stock is not None:
            self._pipeline.unload_lora_weights()
        self._loras.clear()
        self._worn = ()
        self._learn_words([])
        self.forget_words()

    @property
    def _changed(self) -> list[nn.Module]:
        return [part for part in self._parts.values() if isinstance(part, nn.Module)]

    @property
    def _pipeline(self) -> Any:
        """diffusers' own pipeline with the parts that LoRA change, for its many converters alone."""
        if self._stock is None:
            kind: Any = stock_pipeline(self._adapter)
            self._stock = kind.__new__(kind)
            wanted, _ = kind._get_signature_keys(kind)
            self._stock.register_modules(**{name: self._parts.get(name) for name in wanted})
        return self._stock

    # learnt words

    def _learn_words(self, wanted: Sequence[Worn]) -> None:
        readers = [reader for reader in self._readers if isinstance(reader, Words)]
        if wanted and not readers:
            raise BadInput(
                "Learnt words (embeddings) have no effect on models of this family.", "Take them out of the prompt."
            )
        found: dict[str, dict[str, Tensor]] = {}
        for each in wanted:
            with told(f"The embedding {each.name}"):
                found[each.name] = load_file(each.path)
        for reader in readers:
            reader.learn({name: _vectors(name, tensors, reader.width) for name, tensors in found.items()})


def _vectors(name: str, tensors: Mapping[str, Tensor], width: int) -> Tensor:
    """(tokens, width) of a file of learnt words, those that fit this text encoder."""
    fitting = [value for value in tensors.values() if value.ndim in (1, 2) and value.shape[-1] == width]
    if not fitting:
        raise BadInput(f"The embedding {name!r} was made for another family of models.", "Take it out of the prompt.")
    return torch.atleast_2d(fitting[0])


def _match_dtype(network: nn.Module, adapter: str) -> None:
    """In the precision that the network computes with, which its packed weights (GGUF) do not tell."""
    dtype = next(weight.dtype for weight in network.parameters() if weight.is_floating_point())
    for name, weight in network.named_parameters():
        if f".{adapter}." in name and weight.dtype is not dtype:
            weight.data = weight.data.to(dtype)
