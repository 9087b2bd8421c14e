"""Headers that are wrong, by chance or on purpose: refused in a sentence, in bounded time and memory."""

from __future__ import annotations

import json
import struct
import tracemalloc

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from studio.library.index import Index
from studio.library.models import Models
from studio.library.recognition.recognise import recognise
from tests.library.test_recognition import FLUX, gguf, table, text
from tests.library.weights import LORA, SD15, safetensors


def raw(path, header, body=b"", length=None):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    path.write_bytes((len(text) if length is None else length).to_bytes(8, "little") + text + body)
    return path


def entry(start, stop, shape=(2,), dtype="F32"):
    return {"dtype": dtype, "shape": list(shape), "data_offsets": [start, stop]}


@pytest.mark.parametrize(
    ("header", "word"),
    [
        ({"a": entry(-8, 0)}, "impossible"),
        ({"a": entry(0, 8), "b": entry(4, 12)}, "overlap"),
        ({"a": entry(0, 8), "b": entry(16, 24)}, "gaps"),
        ({"a": entry(0, 8, shape=(1000,))}, "as long as its shape"),
        ({"a": entry(0, 8, shape=(2.0,))}, "impossible"),
        ({"a": entry(0, 8, shape=(True, 2))}, "impossible"),
        ({"a": entry(0, 8, shape=[1] * 1000)}, "impossible"),
        ({"a": entry(0, 8, dtype="F33")}, "not readable"),
        ({"a": entry(8, 0)}, "as long as its shape"),
        ({"a": entry(0, 1 << 70, shape=(1 << 68,))}, "incomplete"),
        ({"a": 3}, "not readable"),
        ({"__metadata__": 3}, "not readable"),
        (b'{"a": %s, "a": %s}' % ((json.dumps(entry(0, 8)).encode(),) * 2), "twice"),
        (b'{"a": {"dtype": "F32", "shape": [NaN], "data_offsets": [0, 8]}}', "no number"),
        (b'{"a": {"dtype": "F32", "shape": [Infinity], "data_offsets": [0, 8]}}', "no number"),
        (b"[" * 200_000, "not readable"),
        (b"\xff\xfe{}", "not readable"),
    ],
)
def test_hostile_headers_are_refused(tmp_path, header, word):
    reason = recognise(raw(tmp_path / "bad.safetensors", header, bytes(8))).reason
    assert "damaged" in reason or "incomplete" in reason
    assert word in reason


def test_a_header_of_a_hundred_megabytes_is_not_read(tmp_path, monkeypatch):
    path = tmp_path / "huge.safetensors"
    with path.open("wb") as file:
        file.write((100_000_000).to_bytes(8, "little"))
        file.truncate(100_000_100)
    monkeypatch.setattr("studio.library.recognition.header.json.loads", lambda *_, **__: pytest.fail("it was read"))
    assert "100 MB" in recognise(path).reason


def test_a_header_of_very_many_tensors_is_not_taken_apart(tmp_path, monkeypatch):
    many = {f"{at:x}": entry(at, at + 1, (1,), "U8") for at in range(100_001)}
    path = raw(tmp_path / "many.safetensors", many, bytes(100_001))
    monkeypatch.setattr("studio.library.recognition.header.json.loads", lambda *_, **__: pytest.fail("it was read"))
    assert "more than 100,000 tensors" in recognise(path).reason


def test_a_text_as_long_as_the_file_is_not_read_into_memory(tmp_path):
    path = tmp_path / "long.gguf"
    head = b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + text("a") + struct.pack("<IQ", 8, 3_000_000_000)
    with path.open("wb") as file:
        file.write(head)
        file.truncate(3_000_000_100)  # a hole: nothing of it is on the disk
    tracemalloc.start()
    assert "damaged" in recognise(path).reason
    assert tracemalloc.get_traced_memory()[1] < 50_000_000
    tracemalloc.stop()


@pytest.mark.parametrize(
    "damage",
    [
        b"GGUF" + bytes(4),
        b"GGML" + bytes(40),
        b"GGUF" + struct.pack("<IQQ", 3, 1 << 60, 0) + bytes(40),
        b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + struct.pack("<Q", 1 << 63) + bytes(40),
        gguf({}, text("a") + struct.pack("<IIQ", 9, 0, 1 << 62), 1),
        gguf({}, text("a") + struct.pack("<IIQ", 9, 8, 3_000_000), 1),
        gguf({}, text("a") + struct.pack("<IIQ", 9, 9, 2_000_000), 1),
        gguf({"a": (99, [4])}, body=0),
        gguf(FLUX, body=10),
        gguf(FLUX, version=9),
    ],
)
def test_hostile_quantised_files_are_refused(tmp_path, damage):
    (tmp_path / "bad.gguf").write_bytes(damage)
    reason = recognise(tmp_path / "bad.gguf").reason
    assert "damaged" in reason or "incomplete" in reason or "kind (99)" in reason


# by chance

NUMBERS = st.one_of(st.integers(), st.floats(), st.booleans(), st.sampled_from([1 << 63, 1 << 64, -1, 10**400]))
VALUES = st.recursive(
    st.one_of(st.none(), NUMBERS, st.text(max_size=8)),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
CLAIMS = st.dictionaries(
    st.sampled_from(
        [
            "ss_tag_frequency",
            "ss_base_model_version",
            "ss_sd_model_name",
            "ss_new_sd_model_hash",
            "ss_v_parameterization",
            "modelspec.title",
            "modelspec.architecture",
            "modelspec.trigger_phrase",
            "format",
        ]
    ),
    st.one_of(VALUES.map(json.dumps), st.text(st.characters(), max_size=30), VALUES),
    max_size=5,
)
PUBLISHED = sorted({name for each in table().values() for name in list(each["tensors"])[:40]})
NAMES = st.sampled_from(PUBLISHED) | st.sampled_from([*SD15, *LORA, "", "model."]) | st.text(max_size=30)
ENTRIES = st.dictionaries(
    NAMES,
    st.builds(
        lambda dtype, shape, start, long: {"dtype": dtype, "shape": shape, "data_offsets": [start, start + long]},
        st.sampled_from(["F16", "F32", "U8", "I8", "BF16"]),
        st.lists(st.integers(0, 5000), max_size=5),
        st.just(0),
        st.integers(0, 64),
    )
    | VALUES,
    max_size=6,
)
CHANCE = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)


def fitting(entries):
    """The tensors laid one after the other, as long as they say: so that more than the first check is reached."""
    end = 0
    for each in entries.values():
        if isinstance(each, dict) and isinstance(each.get("shape"), list) and isinstance(each.get("dtype"), str):
            long = WIDTHS.get(each["dtype"], 1)
            for side in each["shape"]:
                long *= side if isinstance(side, int) and 0 <= side <= 5000 else 1
            if end + long > 1 << 40:  # more than a disk has
                break
            each["data_offsets"] = [end, end + long]
            end += long
    return entries, end


WIDTHS = {"F16": 2, "BF16": 2, "F32": 4, "U8": 1, "I8": 1}


@CHANCE
@given(ENTRIES, CLAIMS, VALUES)
@example({"a": entry(0, 8)}, {"ss_tag_frequency": '{"x": {"y": 1e999}}'}, None)
@example({"a": entry(0, 8)}, {"modelspec.trigger_phrase": "\ud800"}, {"trainedWords": ["\udfff"], "notes": "\ud800"})
@example({"\ud800": entry(0, 8)}, {}, {"baseModel": "\ud800"})
def test_any_header_and_any_note_is_told_in_words_and_remembered(tmp_path, entries, claims, note):
    entries, end = fitting(dict(entries))
    folder = tmp_path / "models"
    folder.mkdir(exist_ok=True)
    path = raw(folder / "x.safetensors", {"__metadata__": claims, **entries})
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size + end)
    (folder / "x.json").write_text(json.dumps(note))
    index = tmp_path / "index.sqlite"
    index.unlink(missing_ok=True)
    found = []
    for _ in range(2):
        remembered = Index(index)
        found += [each for each in Models([folder], remembered).entries() if each.path == path]
        remembered.close()
    now, later = found
    assert now.found == later.found
    f"{now.title} {now.found.reason} {' '.join(now.triggers)}".encode()  # it can be shown and written


@CHANCE
@given(st.data())
def test_a_file_with_some_bytes_changed_is_told_in_words(tmp_path, data):
    kind = data.draw(st.sampled_from(["safetensors", "gguf"]))
    if kind == "gguf":
        arch = text("general.architecture") + struct.pack("<I", 8) + text("flux")
        whole = gguf(FLUX, arch, 1, body=0)
    else:
        whole = safetensors(tmp_path / "whole.safetensors", LORA).read_bytes()[:400]
    path = tmp_path / f"x.{kind}"
    changed = bytearray(whole)
    for place, value in data.draw(st.lists(st.tuples(st.integers(0, len(whole) - 1), st.integers(0, 255)), max_size=6)):
        changed[place] = value
    path.write_bytes(bytes(changed[: data.draw(st.integers(0, len(whole)))]))
    with path.open("r+b") as file:
        file.truncate(data.draw(st.sampled_from([len(whole), 1_000_000])))
    found = recognise(path)
    assert found.kind != "unknown" or found.reason.endswith(".")
