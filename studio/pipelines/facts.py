"""What pictures are made on, for the status bar and the doctor."""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import torch

from studio.pipelines.devices import Device, best_device

_PROBLEM = "There is an NVIDIA card that PyTorch cannot use: run the installer's repair to get the right build."


@dataclass(frozen=True)
class DeviceReport:
    """title: as a person would name the device. memory_used, memory_total: bytes; of this process on a processor.

    problem: why a better device is not used and how to mend it, or "".
    """

    title: str
    memory_used: int
    memory_total: int
    torch_version: str
    problem: str


def report_on(device: Device) -> DeviceReport:
    """Costs microseconds after the first call."""
    title, problem = _unchanging(device)
    return DeviceReport(title, _used(device), device.total_bytes(), torch.__version__, problem)


def describe_device() -> DeviceReport:
    """The same of the device that pipelines use."""
    return report_on(_best())


@lru_cache
def _best() -> Device:
    return best_device()


@lru_cache
def _unchanging(device: Device) -> tuple[str, str]:
    if device.graphics:
        return device.name, ""
    return f"CPU, {os.cpu_count()} cores", _PROBLEM if _has_nvidia_driver() else ""


def _has_nvidia_driver() -> bool:
    return Path("/proc/driver/nvidia/version").exists() or shutil.which("nvidia-smi") is not None


def _used(device: Device) -> int:
    if device.cuda:
        free, total = torch.cuda.mem_get_info(device.torch_device)
        return total - free
    if device.torch_device.type == "mps":
        return torch.mps.driver_allocated_memory()
    return resident_bytes()


class _ProcessMemory(ctypes.Structure):
    """PROCESS_MEMORY_COUNTERS of the Windows API."""

    _fields_ = (
        ("length", ctypes.c_ulong),
        ("faults", ctypes.c_ulong),
        ("peak", ctypes.c_size_t),
        ("resident", ctypes.c_size_t),
        ("rest", ctypes.c_size_t * 6),
    )


def resident_bytes() -> int:
    """Main memory that this process has now; on macOS the most it ever had."""
    if sys.platform == "win32":
        counters = _ProcessMemory(length=ctypes.sizeof(_ProcessMemory))
        process = ctypes.c_void_p(-1)  # this one
        ctypes.CDLL("kernel32").K32GetProcessMemoryInfo(process, ctypes.byref(counters), counters.length)
        return int(counters.resident)
    pages = Path("/proc/self/statm")
    if pages.is_file():
        return int(pages.read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
