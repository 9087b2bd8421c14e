"""The table of machines: what is found in them, and which build of PyTorch they get."""

from __future__ import annotations

from dataclasses import dataclass, field
from fnmatch import fnmatch

import pytest

from installer import marker
from installer.hardware import (
    NVIDIA_SMI,
    Build,
    Card,
    Probe,
    choose_build,
    find_card,
    gfx_name,
    gpu_sign,
    parse_nvidia,
    plain_build,
    wished_build,
)
from installer.index import offers


@dataclass
class Machine(Probe):
    """A made-up machine: outputs by command, texts by path."""

    system: str = "Linux"
    machine: str = "x86_64"
    outputs: dict[tuple[str, ...], str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)

    def output(self, command: tuple[str, ...]) -> str:
        return self.outputs.get(command, "")

    def exists(self, path: str) -> bool:
        return path in self.files

    def texts(self, folder: str, pattern: str) -> list[str]:
        return [text for path, text in self.files.items() if fnmatch(path, f"{folder}/{pattern}")]


def nvidia(*rows: str, system: str = "Linux") -> Machine:
    return Machine(system=system, outputs={NVIDIA_SMI: "\n".join(rows) + "\n"})


def amd(*versions: int) -> Machine:
    nodes = {
        f"/sys/class/kfd/kfd/topology/nodes/{number}/properties": f"cpu_cores_count 0\ngfx_target_version {version}\n"
        for number, version in enumerate(versions)
    }
    return Machine(files={"/dev/kfd": "", **nodes})


OLD_SMI = ("nvidia-smi", "--query-gpu=name,driver_version", "--format=csv,noheader")
WSL_SMI = ("/usr/lib/wsl/lib/nvidia-smi", *NVIDIA_SMI[1:])
DRIVERLESS = {"/sys/bus/pci/devices/0000:01:00.0/uevent": "DRIVER=nouveau\nPCI_CLASS=30000\nPCI_ID=10DE:2684\n"}
ETHERNET = {"/sys/bus/pci/devices/0000:02:00.0/uevent": "PCI_CLASS=20000\nPCI_ID=10DE:0373\n"}

MACHINES = [
    pytest.param(nvidia("NVIDIA GeForce RTX 4090, 580.95.05, 8.9"), "cu130", id="new driver"),
    pytest.param(nvidia("NVIDIA H200, 570.124.06, 9.0"), "cu126", id="driver before CUDA 13"),
    pytest.param(nvidia("NVIDIA GeForce GTX 1080, 580.95.05, 6.1"), "cu126", id="Pascal was dropped by CUDA 13"),
    pytest.param(nvidia("NVIDIA GeForce RTX 5090, 575.64, 12.0"), "cpu", id="Blackwell with too old a driver"),
    pytest.param(nvidia("NVIDIA GeForce RTX 5090, 580.95, 12.0"), "cu130", id="Blackwell"),
    pytest.param(nvidia("Tesla K80, 470.256.02, 3.7"), "cpu", id="Kepler"),
    pytest.param(
        nvidia("NVIDIA GeForce GT 710, 580.1, 3.5", "NVIDIA RTX A4000, 580.1, 8.6"), "cu130", id="best of two"
    ),
    pytest.param(nvidia("NVIDIA GeForce RTX 3060, 526.47, 8.6", system="Windows"), "plain", id="Windows, old driver"),
    pytest.param(nvidia("NVIDIA GeForce RTX 3060, 560.94, 8.6", system="Windows"), "cu126", id="Windows, 12.x driver"),
    pytest.param(
        Machine(outputs={OLD_SMI: "Quadro RTX 5000, 580.65.06\n"}), "cu130", id="nvidia-smi without compute_cap"
    ),
    pytest.param(Machine(outputs={WSL_SMI: "NVIDIA RTX A2000, 581.29, 8.6\n"}), "cu130", id="WSL"),
    pytest.param(Machine(files=DRIVERLESS), "cpu", id="NVIDIA without its driver"),
    pytest.param(amd(0, 110000), "rocm7.2", id="RX 7900"),
    pytest.param(amd(0, 90010), "rocm7.2", id="MI250"),
    pytest.param(amd(0, 100306, 120001), "rocm7.2", id="RX 9070 beside the processor's graphics"),
    pytest.param(amd(0, 100306), "cpu", id="the processor's graphics alone"),
    pytest.param(amd(0), "cpu", id="kfd without a card"),
    pytest.param(Machine(), "cpu", id="nothing"),
    pytest.param(Machine(files=ETHERNET), "cpu", id="something else by NVIDIA"),
    pytest.param(Machine(machine="aarch64"), "cpu", id="ARM board"),
    pytest.param(Machine(system="Windows"), "plain", id="Windows without a card"),
    pytest.param(Machine(system="Darwin", machine="arm64"), "plain", id="Apple silicon"),
    pytest.param(nvidia("No devices were found"), "cpu", id="driver without a card"),
    pytest.param(nvidia("Failed to initialize NVML: Driver/library version mismatch"), "cpu", id="broken driver"),
]


@pytest.mark.parametrize(("machine", "build"), MACHINES)
def test_each_machine_gets_the_build_that_runs_on_it(machine: Machine, build: str) -> None:
    chosen = choose_build(find_card(machine), machine.system)
    assert chosen.id == build
    assert chosen.why.endswith(".")


@pytest.mark.parametrize(
    ("machine", "advice"),
    [
        (nvidia("NVIDIA GeForce RTX 5090, 575.64, 12.0"), "Update NVIDIA's driver"),
        (Machine(files=DRIVERLESS), "Install NVIDIA's driver"),
        (nvidia("Tesla K80, 470.256.02, 3.7"), ""),
        (Machine(), ""),
    ],
)
def test_a_card_that_only_lacks_a_driver_comes_with_advice(machine: Machine, advice: str) -> None:
    chosen = choose_build(find_card(machine), machine.system)
    assert chosen.advice.startswith(advice) if advice else chosen.advice == ""


def test_the_names_of_amd_chips_are_those_of_rocm() -> None:
    assert [gfx_name(number) for number in (90010, 90402, 100300, 110001, 120001)] == [
        "gfx90a",
        "gfx942",
        "gfx1030",
        "gfx1101",
        "gfx1201",
    ]


def test_the_exact_version_is_asked_for() -> None:
    version = marker.pinned("torch")
    assert choose_build(Card(), "Linux").requirement(version) == f"torch=={version}+cpu"
    assert choose_build(Card(), "Windows").requirement(version) == f"torch=={version}"


def test_a_person_can_name_the_build() -> None:
    assert wished_build("cu126").index.endswith("/cu126")
    assert wished_build("plain").index == ""


@pytest.mark.parametrize(("build", "words"), [("cpu", "several GB larger"), ("cu130", "fit less well")])
def test_without_its_index_the_usual_one_is_asked_and_it_is_said(build: str, words: str) -> None:
    instead = plain_build(Build(id=build, title="", index="x", why=""), "Linux")
    assert (instead.id, instead.index) == ("plain", "")
    assert words in instead.why


def test_a_line_that_is_no_card_is_none() -> None:
    assert parse_nvidia("No devices were found") is None
    assert parse_nvidia("name, [N/A], 8.9") is None


@pytest.mark.parametrize(
    ("machine", "sign"),
    [
        (Machine(), ""),
        (Machine(files={"/proc/driver/nvidia/version": ""}), "nvidia"),
        (Machine(files={"/dev/kfd": ""}), "amd"),
        (Machine(system="Windows", files={"/dev/kfd": ""}), ""),
    ],
)
def test_the_sign_of_a_card_is_a_file(machine: Machine, sign: str) -> None:
    assert gpu_sign(machine) == sign


VERSION = marker.pinned("torch")
LISTING = f"""<a href="/whl/cpu/torch-{VERSION}%2Bcpu-cp311-cp311-manylinux_2_28_x86_64.whl#sha256=0">x</a>
<a href="/whl/cpu/torch-{VERSION}%2Bcpu-cp312-cp312-win_amd64.whl#sha256=0">x</a>
<a href="/whl/cpu/torch-{VERSION}%2Bcpu-cp313-cp313t-manylinux_2_28_x86_64.whl#sha256=0">x</a>"""


@pytest.mark.parametrize(
    ("python", "machine", "there"),
    [
        ("3.11.7", Machine(), True),
        ("3.12.1", Machine(), False),
        ("3.12.1", Machine(system="Windows", machine="amd64"), True),
        ("3.11.7", Machine(machine="aarch64"), False),
        ("3.13.0", Machine(), False),  # the one listed is for the build of Python without the GIL
    ],
)
def test_an_index_is_used_only_if_it_has_the_file(python: str, machine: Machine, there: bool) -> None:
    asked: list[str] = []

    def page(url: str) -> str:
        asked.append(url)
        return LISTING

    assert offers(choose_build(Card(), "Linux"), python, machine, page) is there
    assert asked[0].endswith("/cpu/torch/")


def test_an_index_that_does_not_answer_offers_nothing() -> None:
    assert not offers(choose_build(Card(), "Linux"), "3.11.7", Machine(), lambda url: "")
