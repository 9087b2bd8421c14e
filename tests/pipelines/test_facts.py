"""What the status bar and the doctor are told of the device."""

from __future__ import annotations

import os
import subprocess
import sys

import torch

from studio.pipelines import describe_device
from studio.pipelines.facts import report_on, resident_bytes
from tests.pipelines import tiny


def test_a_processor_is_named_with_its_cores_and_the_memory_of_this_process():
    told = report_on(tiny.PROCESSOR)
    assert told.title == f"CPU, {os.cpu_count()} cores"
    assert 50_000_000 < told.memory_used < told.memory_total
    assert told.torch_version == torch.__version__


def test_memory_in_use_grows_with_what_is_held():
    before = resident_bytes()
    held = torch.ones(64_000_000)
    assert resident_bytes() - before > 200_000_000
    del held


def test_the_best_device_can_be_asked_again_and_again():
    assert describe_device().title == describe_device().title


def test_the_room_opens_without_torch():
    code = "import sys, studio.pipelines; print('torch' in sys.modules)"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "False", result.stderr
