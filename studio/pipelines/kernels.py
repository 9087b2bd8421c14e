"""How a denoiser's calls are computed: by which attention, with projections in one piece, with its blocks compiled.

The numbers are the same up to rounding; what is fastest differs between cards, families and sizes, so it is measured
(`tuning`). torch chooses among its own attention kernels by rules; asked for another order it may be faster, and
FlashAttention (arXiv 2307.08691), SageAttention (arXiv 2410.02367) and xFormers are tried where they are installed.
"""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# diffusers' attention has no types

from __future__ import annotations

import importlib.util
from collections.abc import Generator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch.nn.attention import SDPBackend, sdpa_kernel

from studio.pipelines.compiling import Regions
from studio.pipelines.devices import Device

_ORDERS = {  # which of its own torch is to try first; it takes the next one for what a kernel cannot do
    "cuDNN": (SDPBackend.CUDNN_ATTENTION, SDPBackend.FLASH_ATTENTION, SDPBackend.EFFICIENT_ATTENTION, SDPBackend.MATH),
    "flash": (SDPBackend.FLASH_ATTENTION, SDPBackend.CUDNN_ATTENTION, SDPBackend.EFFICIENT_ATTENTION, SDPBackend.MATH),
    "memory-efficient": (SDPBackend.EFFICIENT_ATTENTION, SDPBackend.FLASH_ATTENTION, SDPBackend.MATH),
}
_PACKAGES = {  # title: the package, and what diffusers calls it
    "FlashAttention 3": ("flash_attn_interface", "_flash_3"),
    "FlashAttention": ("flash_attn", "flash"),
    "SageAttention": ("sageattention", "sage"),
    "xFormers": ("xformers", "xformers"),
}
_PIECES = ("to_qkv", "to_kv", "to_added_qkv")  # what diffusers puts beside projections that it makes one of


@dataclass(frozen=True, kw_only=True)
class Kernels:
    """attention: a title from `attentions`, or "" to leave it to torch. fused: queries, keys and values in one
    multiplication. compiled: blocks that repeat are compiled.
    """

    attention: str = ""
    fused: bool = False
    compiled: bool = False

    @property
    def title(self) -> str:
        """For people: what differs from torch's own way."""
        attention = f"{self.attention} attention" if self.attention else "torch's own attention"
        more = [word for word, holds in (("fused projections", self.fused), ("compiled", self.compiled)) if holds]
        return ", ".join((attention, *more))


PLAIN = Kernels()


def attentions(network: Any, device: Device) -> tuple[str, ...]:
    """What attention of a denoiser may be computed by, besides torch's own choice; () where the device offers none."""
    if not device.offers_kernels:
        return ()
    installed = (title for title, (package, _) in _PACKAGES.items() if importlib.util.find_spec(package) is not None)
    return (*_ORDERS, *(installed if _dispatches(network) else ()))


def takes_masks(attention: str) -> bool:
    """Whether a way to compute attention goes with any mask: torch then takes another kernel, packages refuse."""
    return not attention or attention in _ORDERS


def fuses(network: Any) -> bool:
    """Whether the projections of a denoiser can be made one."""
    return hasattr(network, "fuse_qkv_projections")


@contextmanager
def using(network: Any, kernels: Kernels, regions: Regions) -> Generator[None]:
    """While open, the network computes so; afterwards it is as it was.

    Raises whatever diffusers or torch raise where kernels do not go with a network.
    """
    with ExitStack() as stack:
        if kernels.attention:
            stack.enter_context(_attention(kernels.attention))
        if kernels.fused:
            stack.enter_context(_fused(network))
        if kernels.compiled:
            stack.enter_context(regions.on())
        yield


def _attention(title: str) -> AbstractContextManager[Any]:
    if title in _ORDERS:
        return sdpa_kernel(list(_ORDERS[title]), set_priority=True)
    from diffusers.models.attention_dispatch import attention_backend

    return attention_backend(_PACKAGES[title][1])


def _dispatches(network: Any) -> bool:
    """Whether diffusers lets it choose; others call torch's attention themselves."""
    processors: dict[str, Any] = getattr(network, "attn_processors", {})
    return any(hasattr(each, "_attention_backend") for each in processors.values())


@contextmanager
def _fused(network: Any) -> Generator[None]:
    """diffusers copies the weights into one matrix; that goes away again."""
    processors = {} if not hasattr(network, "set_attn_processor") else dict(network.attn_processors)
    try:
        with torch.no_grad():
            network.fuse_qkv_projections()
        yield
    finally:
        if processors:
            network.set_attn_processor(processors)
        for module in network.modules():
            for name in set(_PIECES) & {name for name, _ in module.named_children()}:
                delattr(module, name)
            if getattr(module, "fused_projections", False):
                module.fused_projections = False
