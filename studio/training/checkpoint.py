"""Resuming: tensors and numbers written together, atomically, so that a kill at any moment loses minutes at most."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportPrivateImportUsage=false
# torch, diffusers and safetensors are only partly typed; what they give back is typed where it enters here

from __future__ import annotations

import json
import os
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor, nn


def save(path: Path, tensors: Mapping[str, Tensor], numbers: Mapping[str, Any]) -> None:
    """Replaces `path` (a safetensors file; `numbers`, JSON, go into its header)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(path.name + ".part")
    contiguous = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    save_file(contiguous, temporary, {"numbers": json.dumps(dict(numbers))})
    with temporary.open("rb+") as file:
        os.fsync(file.fileno())
    temporary.replace(path)


def load(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]] | None:
    """What `save` wrote, or None if nothing was."""
    if not path.exists():
        return None
    with safe_open(path, "pt") as file:
        metadata = file.metadata() or {}
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a mapping
    return tensors, json.loads(metadata.get("numbers", "{}"))


class Trainee:
    """A network in training: its weights, their running average, and AdamW's state, saved and restored as one."""

    def __init__(self, parameters: Sequence[nn.Parameter], rate: float, decay: float = 1e-4) -> None:
        self.parameters = list(parameters)
        self.average = [parameter.detach().clone() for parameter in self.parameters]
        self.optimiser = torch.optim.AdamW(self.parameters, rate, betas=(0.9, 0.99), weight_decay=decay)
        self.step = 0

    def descend(self, loss: Tensor, rate: float, clip: float, memory: float) -> None:
        """One step of AdamW at `rate`; `memory` is how much of the running average stays."""
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.parameters, clip)
        self.optimiser.step()
        self.step += 1
        with torch.no_grad():
            torch._foreach_lerp_(self.average, [parameter.detach() for parameter in self.parameters], 1 - memory)  # pyright: ignore[reportPrivateUsage]

    @contextmanager
    def averaged(self) -> Generator[None]:
        """While open, the network has the running average for its weights."""
        own = [parameter.detach().clone() for parameter in self.parameters]
        try:
            self._wear(self.average)
            yield
        finally:
            self._wear(own)

    def _wear(self, weights: Sequence[Tensor]) -> None:
        with torch.no_grad():
            for parameter, weight in zip(self.parameters, weights, strict=True):
                parameter.copy_(weight)

    def save(self, path: Path, numbers: Mapping[str, Any]) -> None:
        tensors: dict[str, Tensor] = {}
        for index, parameter in enumerate(self.parameters):
            tensors[f"weight.{index}"] = parameter
            tensors[f"average.{index}"] = self.average[index]
            for name, value in self.optimiser.state.get(parameter, {}).items():
                tensors[f"{name}.{index}"] = torch.as_tensor(value)
        save(path, tensors, {**numbers, "step": self.step})

    def restore(self, path: Path) -> dict[str, Any]:
        """The numbers saved with it; empty, and nothing restored, if there is no checkpoint."""
        found = load(path)
        if found is None:
            return {}
        tensors, numbers = found
        with torch.no_grad():
            for index, parameter in enumerate(self.parameters):
                parameter.copy_(tensors[f"weight.{index}"])
                self.average[index].copy_(tensors[f"average.{index}"])
                state = {
                    name: tensors[f"{name}.{index}"]
                    for name in ("step", "exp_avg", "exp_avg_sq")
                    if f"{name}.{index}" in tensors
                }
                if state:
                    self.optimiser.state[parameter] = state
        self.step = int(numbers["step"])
        return numbers
