"""What published files are is read from their headers; hostile ones are refused at once."""

from __future__ import annotations

import gzip
import json
import struct
import time
from functools import cache
from pathlib import Path

import pytest

from studio.library.recognition.header import Header
from studio.library.recognition.recognise import recognise, recognise_header
from studio.library.signs.sign import Tensor

FILE = Path(__file__).parent / "headers.json.gz"


@cache
def table():
    return json.loads(gzip.decompress(FILE.read_bytes()))


def found_in(name):
    entry = table()[name]
    tensors = {key: Tensor(dtype, tuple(shape)) for key, (dtype, shape) in entry["tensors"].items()}
    return recognise_header(Path(f"{name.split('/')[-1]}.safetensors"), Header(tensors, entry["metadata"]))


@pytest.mark.parametrize("name", sorted(table()))
def test_published_files_are_recognised_by_their_headers(name):
    found = found_in(name)
    assert [found.kind, found.family, found.variant] == table()[name]["expected"], found
