"""The memory ladder: which rung, what happens when memory runs out, what the artist is told."""

from __future__ import annotations

import gc
import weakref
from dataclasses import replace

import pytest
import torch

from studio.pipelines import memory
from studio.pipelines import visiting as visits
from studio.pipelines.devices import Device, free_main_memory, memory_ran_out, total_main_memory
from studio.pipelines.loaded import load, side_by_side
from studio.pipelines.memory import WHOLE, Need, Plan, choose, ladder
from studio.pipelines.needs import Needs
from studio.pipelines.visiting import visiting
from studio.request.errors import Trouble
from studio.request.geometry import Size
from tests.pipelines import tiny

CARD = Device(torch.device("cuda"), "a graphics card")
NEED = Need(weights=4_000, largest=3_000, encoders=900, denoising=1.0, decoding=4.0)


def with_free(monkeypatch, free):
    monkeypatch.setattr(Device, "free_bytes", lambda device: free)


@pytest.mark.parametrize(
    ("device", "free", "rung"), [(CARD, 10**9, 0), (tiny.PROCESSOR, 10**9, 0), (tiny.PROCESSOR, 0, 1), (CARD, 0, 4)]
)
def test_the_first_rung_that_fits_is_taken_else_the_leanest(device, free, rung, monkeypatch):
    with_free(monkeypatch, free)
    assert choose(NEED, 10_000, device, resident=False, low=False) == rung


def test_low_memory_starts_one_rung_leaner(monkeypatch):
    with_free(monkeypatch, 10**9)
    assert choose(NEED, 10_000, CARD, resident=False, low=True) == 1
    assert choose(NEED, 10_000, tiny.PROCESSOR, resident=False, low=True) == 1


def test_each_rung_needs_less_than_the_one_before():
    need = Need(weights=8 * 10**9, largest=5 * 10**9, encoders=2 * 10**9, denoising=400.0, decoding=2000.0)
    totals = [need.total(2048 * 2048, plan, resident=False) for plan in ladder(CARD)]
    assert totals == sorted(totals, reverse=True)
    assert len(set(totals)) == len(totals)


def test_what_was_measured_replaces_what_was_guessed():
    assert NEED.learned(0, 100) is NEED
    assert NEED.learned(5_000, 100).total(100, WHOLE, resident=True) == 1_000


def test_the_size_that_would_fit_has_the_same_shape_and_is_smaller():
    need = Need(weights=0, largest=0, denoising=10.0, decoding=10.0)
    fitting = need.fitting(Size(2048, 1024), 10 * 512 * 1024, WHOLE, resident=True)
    assert fitting.width < 2048
    assert fitting.ratio == pytest.approx(2, rel=0.2)
    assert need.fitting(Size(64, 64), 10**12, WHOLE, resident=True) < Size(65, 65)


@pytest.fixture
def fails(monkeypatch):
    """Makes denoising run out of memory a number of times, on or before a rung."""

    def install(times, where="denoise", error="DefaultCPUAllocator: can't allocate memory"):
        real = getattr(__import__("studio.pipelines.studio_pipeline", fromlist=[where]), where)
        counted = {"calls": 0}

        def failing(*given):
            counted["calls"] += 1
            if counted["calls"] <= times:
                raise RuntimeError(error)
            return real(*given)

        monkeypatch.setattr(f"studio.pipelines.studio_pipeline.{where}", failing)
        return counted

    return install


@pytest.mark.logs
@pytest.mark.parametrize("where", ["denoise", "decode"])
def test_running_out_once_goes_on_leaner_and_says_so(where, sd15, fails):
    pipeline = tiny.pipeline_of(sd15)
    expected = pipeline.run(tiny.request(sd15), tiny.Notes()).pictures[0].pixels
    fails(1, where)
    notes = tiny.Notes()
    finished = pipeline.run(tiny.request(sd15), notes)
    assert finished.notes == ("Memory was short: the picture was decoded in tiles.",)
    assert finished.pictures[0].pixels == expected  # smaller than a tile
    assert len(notes.made) == 1
    again = pipeline.run(tiny.request(sd15), tiny.Notes())
    assert again.notes == ()


@pytest.mark.logs
def test_running_out_twice_says_what_would_fit(sd15, fails):
    pipeline, counted = tiny.pipeline_of(sd15), fails(2)
    with pytest.raises(Trouble, match="not enough memory for a picture of 128 × 64") as caught:
        pipeline.run(tiny.request(sd15, size=Size(128, 64)), tiny.Notes())
    assert caught.value.remedy.startswith("About 64 × 64 would fit")
    assert counted["calls"] == 2
    assert pipeline.run(tiny.request(sd15), tiny.Notes()).notes == ()


@pytest.mark.logs
def test_pictures_already_made_are_not_made_again(sd15, fails):
    pipeline = tiny.pipeline_of(sd15)
    expected = pipeline.run(tiny.request(sd15, count=3), tiny.Notes()).pictures
    real = pipeline.run
    calls = {"left": 1}

    def second_fails(event):
        if type(event).__name__ == "Step" and event.picture == 1 and calls["left"]:
            calls["left"] = 0
            raise RuntimeError("CUDA out of memory. Tried to allocate 2 GiB")

    class Notes(tiny.Notes):
        def __call__(self, event):
            super().__call__(event)
            second_fails(event)

    notes = Notes()
    finished = real(tiny.request(sd15, count=3), notes)
    assert [event.index for event in notes.made] == [0, 1, 2]
    assert [picture.pixels for picture in finished.pictures] == [picture.pixels for picture in expected]


@pytest.mark.logs
def test_a_batch_that_is_too_large_is_made_one_by_one_first(sd15, fails):
    counted = fails(1)
    finished = tiny.pipeline_of(sd15).run(tiny.request(sd15, count=2, throughput=True), tiny.Notes())
    assert finished.notes == ("Memory was short: the set was made one picture at a time.",)
    assert counted["calls"] == 3
    assert len(finished.pictures) == 2


def test_other_errors_are_not_mistaken_for_it(sd15, fails):
    fails(1, error="mat1 and mat2 shapes cannot be multiplied")
    with pytest.raises(RuntimeError, match="mat1"):
        tiny.pipeline_of(sd15).run(tiny.request(sd15), tiny.Notes())


@pytest.mark.logs
def test_the_failed_attempt_holds_nothing_when_the_next_one_starts(sd15, monkeypatch):
    from studio.pipelines import studio_pipeline

    real, held = studio_pipeline.denoise, []

    def failing(loaded, conditioning, start, *rest):
        if not held:
            held.append(weakref.ref(start))
            raise torch.OutOfMemoryError("CUDA out of memory")
        assert held[0]() is None
        return real(loaded, conditioning, start, *rest)

    monkeypatch.setattr(studio_pipeline, "denoise", failing)
    assert tiny.pipeline_of(sd15).run(tiny.request(sd15), tiny.Notes()).pictures


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (torch.OutOfMemoryError("x"), True),
        (MemoryError(), True),
        (RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory"), True),
        (RuntimeError("DefaultCPUAllocator: not enough memory: you tried to allocate 1 bytes"), True),
        (RuntimeError("MPS backend out of memory"), True),
        (RuntimeError("shape mismatch"), False),
        (ValueError("out of memory"), False),
    ],
)
def test_the_many_ways_torch_says_it(error, expected):
    assert memory_ran_out(error) is expected


@pytest.mark.parametrize(
    ("gigabytes", "rung"),
    [(40, "whole"), (26, "tiles"), (24, "readers"), (20, "turns"), (16, "turns"), (14, "layers"), (1, "layers")],
)
def test_a_large_model_takes_the_fastest_plan_that_fits(gigabytes, rung, monkeypatch):
    """FLUX.1 in eight bits at 1024 × 1024: a denoiser of 12 GB, encoders of 10, a small codec."""
    need = Need(
        weights=22 * 10**9, largest=12 * 10**9, encoders=10 * 10**9 - 10**8, denoising=2_000.0, decoding=12_000.0
    )
    with_free(monkeypatch, gigabytes * 10**9 / memory.SPARE)
    plan = ladder(CARD)[choose(need, 1024 * 1024, CARD, resident=False, low=False)]
    taken = [name for name in ("layers", "turns", "readers", "tiles") if getattr(plan, name)]
    assert (taken or ["whole"])[0] == rung


@pytest.fixture
def carriage(monkeypatch):
    """What is carried to the device is copied for real, and counted: bytes that are there at a time, and the most."""
    counted = {"now": 0, "most": 0, "carried": 0}

    def leaves(size):
        counted["now"] -= size

    def carried(home, device):
        copy = home.clone()
        size = copy.numel() * copy.element_size()
        counted["now"] += size
        counted["carried"] += size
        counted["most"] = max(counted["most"], counted["now"])
        weakref.finalize(copy, leaves, size)
        return copy

    monkeypatch.setattr(visits, "carried", carried)
    return counted


def homes(loaded):
    return [tensor.data_ptr() for network in loaded.networks for tensor in network.state_dict().values()]


def test_layers_that_take_turns_compute_the_same_and_few_are_there_at_a_time(sd15, carriage, monkeypatch):
    monkeypatch.setattr(memory, "LARGEST_UNIT", 20_000)
    monkeypatch.setattr(visits, "LARGEST_UNIT", 20_000)
    loaded = load(sd15, tiny.PROCESSOR, tiny.Notes())
    inputs = {"sample": torch.ones(1, 4, 8, 8), "timestep": 3, "encoder_hidden_states": torch.ones(1, 77, 32)}
    hooks, before = [len(each._forward_pre_hooks) for each in loaded.denoiser.modules()], homes(loaded)
    with torch.inference_mode():
        expected = loaded.denoiser(**inputs).sample
        with visiting(loaded.denoiser, tiny.PROCESSOR, parts=True):
            for _ in range(3):
                found = loaded.denoiser(**inputs).sample
                assert torch.equal(found, expected)
    assert carriage["carried"] > 2.9 * memory.bytes_of(loaded.denoiser)
    assert carriage["most"] < 0.5 * memory.bytes_of(loaded.denoiser)
    assert homes(loaded) == before, "every weight is where it was"
    assert [len(each._forward_pre_hooks) for each in loaded.denoiser.modules()] == hooks
    assert not any(each._forward_hooks for each in loaded.denoiser.modules())


def test_the_next_part_is_on_its_way_while_one_computes():
    order = []
    units = [[torch.ones(2)], [torch.ones(2)], [torch.ones(2)]]

    class Told(visits.Relay):
        def _fetch(self, number):
            order.append(number)
            super()._fetch(number)

    relay = Told(units, tiny.PROCESSOR, pins=False)
    for _ in range(2):
        for number in (0, 2, 1):
            relay.begins(number)
            order.append(f"{number} runs")
            relay.ends(number)
    relay.end()
    assert order == [0, "0 runs", 2, "2 runs", 1, "1 runs", 0, 2, "0 runs", 1, "2 runs", 0, "1 runs"]


@pytest.mark.parametrize("family", ["sd15", "sdxl", "scenes"])
@pytest.mark.parametrize("plan", [Plan(readers=True), Plan(turns=True), Plan(turns=True, layers=True)], ids=str)
def test_each_plan_makes_the_same_picture(plan, family, shelf, warm, carriage, monkeypatch):
    monkeypatch.setattr(visits, "LARGEST_UNIT", 20_000)
    request = tiny.request(shelf[family], source=tiny.photo(), strength=0.6, size=Size(64, 64))
    expected = warm.run(request, tiny.Notes()).pictures[0].pixels.array.astype(int)
    carriage["carried"] = 0
    monkeypatch.setattr("studio.pipelines.studio_pipeline.ladder", lambda device: (plan,) * 2)
    found = tiny.pipeline_of(shelf[family]).run(request, tiny.Notes()).pictures[0].pixels.array
    # copies lie otherwise in memory than what is mapped from a file, which may round the last bit otherwise
    assert abs(found - expected).max() <= 1
    assert (found != expected).mean() < 0.01
    assert carriage["carried"], "something did visit"


@pytest.mark.parametrize("family", ["sd15", "scenes"])
def test_decoding_in_tiles_makes_nearly_the_same_picture(family, shelf, warm, monkeypatch):
    request = tiny.request(shelf[family], source=tiny.photo(), strength=0.6, size=Size(64, 64))
    expected = warm.run(request, tiny.Notes()).pictures[0].pixels.array.astype(int)
    monkeypatch.setattr("studio.pipelines.studio_pipeline.ladder", lambda device: (Plan(tiles=True),) * 2)
    found = tiny.pipeline_of(shelf[family]).run(request, tiny.Notes()).pictures[0].pixels.array
    assert abs(found - expected).max() <= 1


def test_channels_side_by_side_make_the_same_picture(sd15, warm):
    pipeline, request = tiny.pipeline_of(sd15), tiny.request(sd15)
    loaded = pipeline._store.get(sd15, tiny.Notes())
    for network in (loaded.denoiser, loaded.codec):
        side_by_side(network)
    assert loaded.denoiser.conv_in.weight.is_contiguous(memory_format=torch.channels_last)
    found = pipeline.run(request, tiny.Notes()).pictures[0].pixels.array.astype(int)
    assert abs(found - warm.run(request, tiny.Notes()).pictures[0].pixels.array).max() <= 1


def test_what_was_chosen_is_told_with_the_amounts(sd15, monkeypatch):
    pipeline = tiny.pipeline_of(sd15)
    assert pipeline.run(tiny.request(sd15, steps=1), tiny.Notes()).notes == ()
    with_free(monkeypatch, 0)
    (note,) = pipeline.run(tiny.request(sd15, steps=1), tiny.Notes()).notes
    assert note.startswith("Memory was short: the picture was decoded in tiles. All at once would have taken 0.0 GB")


def test_what_was_measured_is_known_at_the_next_start(sd15, tmp_path, monkeypatch):
    file = tmp_path / "cache" / "needs.json"
    monkeypatch.setattr(Device, "peak_bytes", lambda device: 10**8)
    first = tiny.pipeline_of(sd15, needs=Needs(file))
    first.run(tiny.request(sd15, steps=1), tiny.Notes())
    learned = first._store.get(sd15, tiny.Notes()).need
    assert learned.measured
    monkeypatch.setattr(Device, "peak_bytes", lambda device: 0)
    again = tiny.pipeline_of(sd15, needs=Needs(file))
    again.run(tiny.request(sd15, steps=1), tiny.Notes())
    assert again._store.get(sd15, tiny.Notes()).need == learned


@pytest.mark.logs
@pytest.mark.parametrize("content", ["", "[]", "{", '{"a": "b"}'])
def test_a_damaged_table_of_needs_is_begun_anew(content, tmp_path):
    file = tmp_path / "needs.json"
    file.write_text(content)
    needs, measured = Needs(file), NEED.learned(8_000, 100)
    assert needs.applied("x", NEED) == NEED
    needs.learn("x", measured)
    assert Needs(file).applied("x", NEED) == measured


def test_jobs_leave_nothing_behind(sd15):
    pipeline = tiny.pipeline_of(sd15)
    request = tiny.request(sd15, steps=1)
    pipeline.run(request, tiny.Notes())

    def tensors():
        gc.collect()  # by type: asking proxies for their class imports what they stand for
        return sum(issubclass(type(each), torch.Tensor) for each in gc.get_objects())

    pipeline.run(request, tiny.Notes())
    before = tensors()
    for seed in range(8):
        pipeline.run(replace(request, seed=seed), tiny.Notes())
    assert tensors() <= before


def test_main_memory_is_known():
    assert 0 < free_main_memory() <= total_main_memory()
    assert tiny.PROCESSOR.free_bytes() > 0
    assert tiny.PROCESSOR.total_bytes() == total_main_memory()
