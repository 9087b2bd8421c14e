"""What the machine has to compute on, and which build of PyTorch that asks for.

Facts on builds: PyTorch's release matrix for 2.13 (CUDA 12.6 and 13.0, ROCm 7.2), on drivers: NVIDIA's CUDA release
notes (13.x needs driver 580; 12.x needs 525 on Linux, 528 on Windows).
"""

from __future__ import annotations

import os
import platform
import re
from dataclasses import dataclass
from pathlib import Path

INDEX = "https://download.pytorch.org/whl"
ROCM = "rocm7.2"
ROCM_CARDS = frozenset(
    f"gfx{chip}" for chip in (900, 906, 908, "90a", 942, 950, 1030, 1100, 1101, 1102, 1150, 1151, 1200, 1201)
)
# build, oldest driver on Linux and Windows, lowest and highest compute capability
CUDA = (
    ("cu130", 580, 580, (7, 5), (99, 0)),
    ("cu126", 525, 528, (5, 0), (9, 0)),
)
NVIDIA_SMI = ("nvidia-smi", "--query-gpu=name,driver_version,compute_cap", "--format=csv,noheader")


class Probe:
    """The outside world as the detection sees it; tests put a table in its place."""

    system: str = platform.system()  # Linux, Windows, Darwin
    machine: str = platform.machine().lower()

    def output(self, command: tuple[str, ...]) -> str:
        """What a command prints, or "" when it is not there, fails or hangs."""
        import subprocess

        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=15, check=False)
        except (OSError, subprocess.TimeoutExpired):
            return ""
        return done.stdout if done.returncode == 0 else ""

    def exists(self, path: str) -> bool:
        return os.path.exists(path)

    def texts(self, folder: str, pattern: str) -> list[str]:
        """Contents of the files of a folder that match."""
        found: list[str] = []
        for path in sorted(Path(folder).glob(pattern)):
            try:
                found.append(path.read_text(encoding="utf-8", errors="replace"))
            except OSError:
                continue
        return found


@dataclass(frozen=True, kw_only=True)
class Card:
    """What was found. maker: "nvidia", "amd", "apple" or "" for none; version: first number of NVIDIA's driver, or 0.

    capability: compute capability of an NVIDIA card, (0, 0) if unknown; chip: gfx name of an AMD card, or "".
    """

    maker: str = ""
    name: str = ""
    version: int = 0
    capability: tuple[int, int] = (0, 0)
    chip: str = ""


@dataclass(frozen=True, kw_only=True)
class Build:
    """A build of PyTorch. id: its local version, or "plain" for what the usual index has; index: "" is the usual one.

    why: sentence for the person; advice: what would make a better build possible, or "".
    gigabytes: what an environment with it takes on disk; CUDA and ROCm come with libraries of their own.
    """

    id: str
    title: str
    index: str = ""
    why: str
    advice: str = ""
    gigabytes: int = 3

    def requirement(self, version: str) -> str:
        return f"torch=={version}" if self.id == "plain" else f"torch=={version}+{self.id}"


def gpu_sign(probe: Probe) -> str:
    """A hint, cheap enough for every start, of which maker's card could be used now: "nvidia", "amd" or ""."""
    windows = os.path.join(os.environ.get("SYSTEMROOT", "C:\\Windows"), "System32", "nvcuda.dll")
    nvidia = ("/proc/driver/nvidia/version", "/dev/nvidiactl", "/usr/lib/wsl/lib/libcuda.so.1", windows)
    if any(probe.exists(path) for path in nvidia):
        return "nvidia"
    return "amd" if probe.system == "Linux" and probe.exists("/dev/kfd") else ""


def find_card(probe: Probe) -> Card:
    """The best card for PyTorch in this machine."""
    if probe.system == "Darwin":
        return Card(maker="apple", name="Apple silicon") if probe.machine == "arm64" else Card()
    return nvidia_card(probe) or amd_card(probe) or driverless_card(probe) or Card()


def nvidia_card(probe: Probe) -> Card | None:
    """The most capable NVIDIA card, as nvidia-smi tells it. Old versions do not know compute_cap."""
    rows = probe.output(NVIDIA_SMI) or probe.output(("/usr/lib/wsl/lib/nvidia-smi", *NVIDIA_SMI[1:]))
    cards = [card for line in rows.splitlines() if (card := parse_nvidia(line))]
    if not cards:
        rows = probe.output(("nvidia-smi", "--query-gpu=name,driver_version", "--format=csv,noheader"))
        cards = [card for line in rows.splitlines() if (card := parse_nvidia(line))]
    return max(cards, key=lambda card: card.capability, default=None)


def parse_nvidia(line: str) -> Card | None:
    """One line of nvidia-smi's CSV: name, driver, compute capability (which may be missing)."""
    fields = [field.strip() for field in line.split(",")]
    if len(fields) < 2 or not (driver := re.match(r"\d+", fields[1])):
        return None
    capability = re.fullmatch(r"(\d+)\.(\d+)", fields[2]) if len(fields) > 2 else None
    known = (int(capability[1]), int(capability[2])) if capability else (0, 0)
    return Card(maker="nvidia", name=fields[0], version=int(driver[0]), capability=known)


def amd_card(probe: Probe) -> Card | None:
    """The newest AMD card that the kernel offers for computing (/dev/kfd, Linux only)."""
    if probe.system != "Linux" or not probe.exists("/dev/kfd"):
        return None
    chips: list[str] = []
    for text in probe.texts("/sys/class/kfd/kfd/topology/nodes", "*/properties"):
        number = re.search(r"^gfx_target_version (\d+)", text, re.MULTILINE)
        if number and int(number[1]):
            chips.append(gfx_name(int(number[1])))
    chips.sort(key=lambda chip: (chip in ROCM_CARDS, int(chip.removeprefix("gfx"), 16)))
    return Card(maker="amd", name=f"AMD {chips[-1]}", chip=chips[-1]) if chips else None


def gfx_name(number: int) -> str:
    """gfx_target_version of the kernel (decimal: major, minor, stepping) as a name: 90010 is gfx90a, 110000 gfx1100."""
    major, minor, stepping = number // 10000, number // 100 % 100, number % 100
    return f"gfx{major}{minor:x}{stepping:x}"


def driverless_card(probe: Probe) -> Card | None:
    """A display card by NVIDIA on the bus whose driver is missing."""
    if probe.system != "Linux":
        return None
    for text in probe.texts("/sys/bus/pci/devices", "*/uevent"):
        if re.search(r"^PCI_CLASS=30[0-9A-F]{3}$", text, re.MULTILINE) and "PCI_ID=10DE:" in text:
            return Card(maker="nvidia", name="NVIDIA card")
    return None


def choose_build(card: Card, system: str) -> Build:
    """The build of PyTorch for this card; `plain` where the usual index has the right one."""
    if card.maker == "apple":
        return Build(id="plain", title="for Apple silicon", why="Apple silicon: pictures are made on its GPU.")
    if card.maker == "nvidia":
        return nvidia_build(card, system)
    if card.maker == "amd" and card.chip in ROCM_CARDS:
        why = f"{card.name}: pictures are made on it."
        return Build(id=ROCM, title="for AMD", index=f"{INDEX}/{ROCM}", why=why, gigabytes=16)
    if card.maker == "amd":
        return processor_build(system, f"{card.name} was found, but PyTorch has no build for it.")
    return processor_build(system, "No graphics card that PyTorch can use was found.")


def nvidia_build(card: Card, system: str) -> Build:
    """The newest CUDA build that driver and card can run, or the processor's with advice."""
    if not card.version:
        return processor_build(
            system, f"An {card.name} was found, but not its driver.", "Install NVIDIA's driver, then run 'repair'."
        )
    for name, linux, windows, lowest, highest in CUDA:
        new_enough = card.version >= (windows if system == "Windows" else linux)
        if new_enough and (card.capability == (0, 0) or lowest <= card.capability <= highest):
            why = f"{card.name}, driver {card.version}: pictures are made on it."
            return Build(id=name, title=f"for NVIDIA ({name})", index=f"{INDEX}/{name}", why=why, gigabytes=10)
    advice = "Update NVIDIA's driver to 580 or newer, then run 'repair'." if card.capability >= (5, 0) else ""
    return processor_build(
        system, f"{card.name} with driver {card.version} cannot be used by this version of PyTorch.", advice
    )


def processor_build(system: str, why: str, advice: str = "") -> Build:
    """On Linux the usual index has CUDA in its build, so PyTorch's own CPU index is asked; elsewhere not."""
    why = f"{why} Pictures are made on the processor."
    if system == "Linux":
        return Build(id="cpu", title="for the processor", index=f"{INDEX}/cpu", why=why, advice=advice)
    return Build(id="plain", title="for the processor", why=why, advice=advice)


def wished_build(name: str) -> Build:
    """The build a person names in SFUMATO_TORCH: "plain" or a local version such as cpu, cu126, rocm7.2."""
    index = "" if name == "plain" else f"{INDEX}/{name}"
    return Build(id=name, title=f"({name})", index=index, why=f"SFUMATO_TORCH asks for {name}.")


def plain_build(build: Build, system: str) -> Build:
    """What to take when a build's index does not answer: the usual index, with the same exact version."""
    if build.id == "cpu":
        why = "PyTorch's CPU index did not answer; the usual index is asked, whose build may be several GB larger."
    elif system == "Windows":
        why = f"PyTorch's {build.id} index did not answer; the usual index has only the build for the processor."
    else:
        why = f"PyTorch's index for {build.id} did not answer; the usual index is asked, whose build may fit less well."
    size = 10 if system == "Linux" else 3
    return Build(id="plain", title="from the usual index", why=why, advice=build.advice, gigabytes=size)
