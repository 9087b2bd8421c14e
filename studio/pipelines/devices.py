"""What there is to compute on, how much memory it has, and what its errors look like."""

from __future__ import annotations

import ctypes
import os
import sys
from dataclasses import dataclass
from pathlib import Path

import torch

from studio.request.family import Family

FULL_PRECISION = 4  # bytes


@dataclass(frozen=True)
class Device:
    """torch_device: where networks run. name: for the artist."""

    torch_device: torch.device
    name: str

    @property
    def graphics(self) -> bool:
        """False for the processor itself."""
        return self.torch_device.type != "cpu"

    @property
    def cuda(self) -> bool:
        """NVIDIA, or AMD through ROCm, which goes by the same name in torch."""
        return self.torch_device.type == "cuda"

    @property
    def offers_kernels(self) -> bool:
        """Whether networks can be computed in several ways there, of which it has to be found out which is fastest."""
        return self.cuda

    def precision(self, family: Family) -> torch.dtype:
        """Half precision on graphics cards for families published so; a processor is many times slower in it."""
        if not self.graphics or family.bytes_per_parameter >= FULL_PRECISION:
            return torch.float32
        return torch.bfloat16 if family.brain else torch.float16

    def free_bytes(self) -> int:
        """Memory that can be had now without swapping; a cache of torch's own counts as free."""
        if self.cuda:
            free, _ = torch.cuda.mem_get_info(self.torch_device)
            cached = torch.cuda.memory_reserved(self.torch_device) - torch.cuda.memory_allocated(self.torch_device)
            return free + cached
        if self.torch_device.type == "mps":
            return torch.mps.recommended_max_memory() - torch.mps.current_allocated_memory()
        return free_main_memory()

    def total_bytes(self) -> int:
        if self.cuda:
            return torch.cuda.mem_get_info(self.torch_device)[1]
        if self.torch_device.type == "mps":
            return torch.mps.recommended_max_memory()
        return total_main_memory()

    def forget_peak(self) -> None:
        """Starts to measure anew what `peak_bytes` tells."""
        if self.cuda:
            torch.cuda.reset_peak_memory_stats(self.torch_device)

    def peak_bytes(self) -> int:
        """The most that was in use at a time since `forget_peak`, or 0 where the device does not say."""
        return torch.cuda.max_memory_allocated(self.torch_device) if self.cuda else 0

    def finish(self) -> None:
        """Waits for what was asked of it."""
        if self.cuda:
            torch.cuda.synchronize(self.torch_device)
        elif self.torch_device.type == "mps":
            torch.mps.synchronize()

    def give_back(self) -> None:
        """Returns to the system what torch keeps for later."""
        if self.cuda:
            torch.cuda.empty_cache()
        elif self.torch_device.type == "mps":
            torch.mps.empty_cache()


def best_device() -> Device:
    """CUDA or ROCm, else Apple's graphics, else the processor."""
    if torch.cuda.is_available():
        return Device(torch.device("cuda", torch.cuda.current_device()), torch.cuda.get_device_name())
    if torch.backends.mps.is_available():
        return Device(torch.device("mps"), "Apple graphics")
    return Device(torch.device("cpu"), "processor")


def memory_ran_out(error: BaseException) -> bool:
    """torch says so in several ways: its own class on graphics cards, a plain RuntimeError elsewhere."""
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    text = str(error)
    return isinstance(error, RuntimeError) and (
        "can't allocate memory" in text or "not enough memory" in text or "out of memory" in text
    )


class _WindowsMemory(ctypes.Structure):
    """MEMORYSTATUSEX of the Windows API."""

    _fields_ = (
        ("length", ctypes.c_ulong),
        ("load", ctypes.c_ulong),
        ("total", ctypes.c_ulonglong),
        ("free", ctypes.c_ulonglong),
        ("rest", ctypes.c_ulonglong * 5),
    )


def _windows_memory() -> _WindowsMemory:
    status = _WindowsMemory(length=ctypes.sizeof(_WindowsMemory))
    ctypes.CDLL("kernel32").GlobalMemoryStatusEx(ctypes.byref(status))
    return status


def total_main_memory() -> int:
    """Bytes that this machine has."""
    if sys.platform == "win32":
        return int(_windows_memory().total)
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def free_main_memory() -> int:
    """What programs can still take. macOS does not say it in a stable way; there it is taken as half of all."""
    if sys.platform == "win32":
        return int(_windows_memory().free)
    listing = Path("/proc/meminfo")
    if listing.is_file():
        for line in listing.read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    return total_main_memory() // 2
