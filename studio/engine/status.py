"""How the worker is started, and how it is doing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Literal, Protocol

from studio.request.pipeline import Pipeline

PATIENCE = 2.0  # seconds a cancelled job has before the worker process is replaced


class DeviceFacts(Protocol):
    """What a worker says of its device. Any value with these three attributes will do."""

    @property
    def title(self) -> str:
        """As a person would name it: "NVIDIA GeForce RTX 4090", "CPU, 8 cores"."""
        ...

    @property
    def memory_used(self) -> int:
        """Bytes in use on the device (by the worker, where it is the CPU)."""
        ...

    @property
    def memory_total(self) -> int:
        """Bytes the device has."""
        ...


@dataclass(frozen=True, kw_only=True)
class WorkerStart:
    """How the worker comes to life.

    command: what starts the worker process; it must end in a call of `studio.engine.worker.serve`.
    log: the file that takes what the process prints, and its last words when it crashes.
    environment: variables added to ours for the process.
    isolation: "process", or "thread" to run `make_pipeline` in the window's process (for debugging).
    make_pipeline, describe: needed for "thread" only; called on the worker's thread.
    patience: seconds a cancelled job has to stop by itself before the process is replaced.
    """

    command: tuple[str, ...] = ()
    log: Path
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    isolation: Literal["process", "thread"] = "process"
    make_pipeline: Callable[[], Pipeline] | None = None
    describe: Callable[[], DeviceFacts] | None = None
    patience: float = PATIENCE


class Phase(StrEnum):
    """What the worker is doing."""

    STOPPED = "stopped"
    STARTING = "starting"
    READY = "ready"
    BUSY = "busy"


@dataclass(frozen=True, kw_only=True)
class EngineStatus:
    """For the status bar.

    device: as a person would name it, "" until the worker is ready.
    memory_used, memory_total: bytes of the device, 0 when unknown.
    queue_length: jobs waiting, without the running one.
    """

    phase: Phase = Phase.STOPPED
    device: str = ""
    memory_used: int = 0
    memory_total: int = 0
    queue_length: int = 0
