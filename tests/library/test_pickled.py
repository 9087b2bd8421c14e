"""Weights in the old form: their numbers are read, and nothing in them is run."""

from __future__ import annotations

import os
import pickle
import tracemalloc
import zipfile
from contextlib import suppress

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studio.library.pickled import convert
from studio.library.recognition.recognise import recognise
from studio.request.errors import BadInput


@pytest.mark.parametrize("zipped", [True, False])
def test_a_pickled_file_is_converted_without_running_it(tmp_path, zipped):
    from safetensors.numpy import load_file

    one = torch.arange(12, dtype=torch.float32).reshape(3, 4)
    two = torch.ones(2, dtype=torch.float16)
    saved = {"state_dict": {"a": one, "b": one.T, "c": two, "part": {"d": one[1:]}}, "step": 3}
    torch.save(saved, tmp_path / "x.ckpt", _use_new_zipfile_serialization=zipped)
    convert(tmp_path / "x.ckpt", tmp_path / "x.safetensors")
    found = load_file(tmp_path / "x.safetensors")
    np.testing.assert_array_equal(found["a"], one.numpy())
    np.testing.assert_array_equal(found["b"], one.numpy().T)
    np.testing.assert_array_equal(found["part.d"], one.numpy()[1:])
    assert found["c"].dtype == np.float16


class _Evil:
    def __init__(self, mark):
        self.mark = mark

    def __reduce__(self):
        return os.mkdir, (str(self.mark),)


@pytest.mark.parametrize("zipped", [True, False])
def test_what_a_pickle_wants_to_run_is_not_run(tmp_path, zipped):
    mark = tmp_path / "was here"
    saved = {"a": torch.ones(2), "b": _Evil(mark)}
    torch.save(saved, tmp_path / "x.pt", _use_new_zipfile_serialization=zipped)
    convert(tmp_path / "x.pt", tmp_path / "x.safetensors")
    assert not mark.exists()
    assert recognise(tmp_path / "x.safetensors").reason


@pytest.mark.parametrize("cut", [1, 30, 200, 1000])
def test_an_old_file_that_is_cut_is_refused(tmp_path, cut):
    torch.save({"a": torch.ones(100), "b": torch.ones(7)}, tmp_path / "x.pt", _use_new_zipfile_serialization=False)
    data = (tmp_path / "x.pt").read_bytes()
    (tmp_path / "x.pt").write_bytes(data[: max(0, len(data) - cut)])
    with pytest.raises(BadInput, match="damaged"):
        convert(tmp_path / "x.pt", tmp_path / "x.safetensors")
    assert [file.name for file in tmp_path.iterdir()] == ["x.pt"]


def test_a_place_that_is_far_away_costs_no_memory(tmp_path):
    """LONG_BINPUT at four thousand million: pickle in C would make room for all of them."""
    torch.save({"a": torch.ones(3)}, tmp_path / "x.pt")
    with zipfile.ZipFile(tmp_path / "x.pt") as given, zipfile.ZipFile(tmp_path / "y.pt", "w") as far:
        for name in given.namelist():
            data = given.read(name)
            far.writestr(name, b"\x80\x02Nr\xff\xff\xff\xff0" + data[2:] if name.endswith("data.pkl") else data)
    tracemalloc.start()
    convert(tmp_path / "y.pt", tmp_path / "y.safetensors")
    assert tracemalloc.get_traced_memory()[1] < 50_000_000
    tracemalloc.stop()


def test_a_dictionary_that_stands_in_others_a_thousand_times_is_refused(tmp_path):
    inner = {str(at): torch.ones(1) for at in range(3)}
    for _ in range(4):
        inner = {str(at): inner for at in range(300)}
    torch.save({"state_dict": inner}, tmp_path / "x.pt")
    with pytest.raises(BadInput, match="safely"):
        convert(tmp_path / "x.pt", tmp_path / "x.safetensors")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(st.booleans(), st.lists(st.tuples(st.floats(0, 0.999), st.binary(max_size=5), st.integers(0, 5)), max_size=4))
def test_changed_bytes_are_refused_in_a_sentence_or_read(tmp_path, zipped, changes):
    torch.save({"a": torch.ones(3, 3), "b": torch.ones(2)}, tmp_path / "x.pt", _use_new_zipfile_serialization=zipped)
    data = bytearray((tmp_path / "x.pt").read_bytes())
    for share, put, over in changes:
        at = int(share * len(data))
        data[at : at + over] = put
    (tmp_path / "x.pt").write_bytes(data)
    (tmp_path / "x.safetensors").unlink(missing_ok=True)
    with suppress(BadInput):
        convert(tmp_path / "x.pt", tmp_path / "x.safetensors")
    assert {file.name for file in tmp_path.iterdir()} <= {"x.pt", "x.safetensors"}


@pytest.mark.parametrize("data", [b"", b"PK\3\4", pickle.dumps({"a": 1}), b"\x80\x02c__builtin__\neval\n."])
def test_pickles_that_cannot_be_read_are_refused_in_a_sentence(tmp_path, data):
    (tmp_path / "x.ckpt").write_bytes(data)
    with pytest.raises(BadInput, match=r"safely.*safetensors"):
        convert(tmp_path / "x.ckpt", tmp_path / "x.safetensors")
    with zipfile.ZipFile(tmp_path / "y.ckpt", "w") as archive:
        archive.writestr("archive/data.pkl", data)
    with pytest.raises(BadInput):
        convert(tmp_path / "y.ckpt", tmp_path / "y.safetensors")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["x.ckpt", "y.ckpt"]
