"""The closed-form denoiser on a world of two plains and one box."""

from __future__ import annotations

import pytest
import torch

from studio.pipelines.closed_form import ClosedFormUNet
from studio.pipelines.closed_form_own import mirror
from studio.pipelines.closed_form_schedule import NoiseLevels
from studio.pipelines.closed_form_words import Slot, slots_to_config
from studio.pipelines.conditioning import AttentiveDenoiser

SIDE = 16
SLOTS = (
    Slot("place", ("plain", "sea"), 8.0, (0.0, 0.0, 0.0)),
    Slot("time", ("day", "night"), 8.0, (0.0, 0.0, 0.0)),
    Slot("weather", ("clear",), 4.0, (0.0, 0.0)),
    Slot("hue", ("green", "pink"), 4.0, (0.0, -5.0, -5.0)),
    Slot("style", ("flat", "ink"), 8.0, (0.0, 0.0, -7.0)),
    Slot("house.present", ("present", "absent"), 6.0, (0.0, -0.6, 0.0)),
    Slot("house.colour", ("red", "blue"), 8.0, (0.0, 0.0, 0.0)),  # what guidance makes of 4
    Slot("house.count", ("one", "two", "three"), 2.0, (0.0, 0.0, 0.0, 0.0)),
    Slot("house.position", ("left", "centre", "right"), 2.5, (0.0, 0.0, 0.0, 0.0)),
)
CLASSES = sum(slot.classes for slot in SLOTS)
PLAIN, SEA = 1.0, -1.0  # the first channel of each place
GLOWING, GLOW = 4, 1.5  # the channel in which pink skies differ, and by how much
RED, BLUE = 2.0, -2.0  # the second channel of each house


def words(**said: str) -> torch.Tensor:
    """States (1, 1, CLASSES) that say this: the head of the model below reads them as they are."""
    rows = []
    for slot in SLOTS:
        row = torch.zeros(slot.classes)
        value = said.get(slot.name.replace(".", "_"))
        row[1 + slot.values.index(value) if value else 0] = 20.0
        rows.append(row)
    return torch.cat(rows)[None, None]


def even_blocks() -> torch.Tensor:
    """(8, 192): a code of blocks that are the same in a mirror."""
    away = (torch.arange(8) - 3.5).abs() - 2
    patterns = (torch.ones(8, 8), away[:, None].expand(8, 8), away[None].expand(8, 8))
    rows = [pattern[..., None] * colour / 64 for pattern in patterns for colour in torch.eye(3)]
    return torch.stack(rows)[:8].flatten(1)


@pytest.fixture(scope="module")
def model():
    return built()


@pytest.fixture(scope="module")
def tinted():
    """The same world with a map to pink skies, which add GLOW to a channel."""
    unet = built(tinted=True)
    unet.tints[..., torch.arange(8), torch.arange(8)] = 1.0
    unet.tints[:, 1, -3 * SIDE : -2 * SIDE, GLOWING] = GLOW
    return unet


def built(tinted=False):
    grounds = torch.zeros(8, 8, SIDE, SIDE)
    attributes = torch.zeros(8, len(SLOTS), dtype=torch.int8)
    for item in range(8):
        place = item % 2
        grounds[item, 0] = SEA if place else PLAIN
        grounds[item, 3] = 0.1 * item  # so that no two are the same
        attributes[item] = torch.tensor([1 + place, 1, 1, 0, 1, -1, -1, -1, -1])
    unet = ClosedFormUNet(
        ground_count=8,
        thing_count=2,
        cell_count=32,
        kinds=["house"],
        slots=slots_to_config(SLOTS),
        sample_size=SIDE,
        cross_attention_dim=CLASSES,
        tinted=tinted,
    ).eval()
    gain = torch.full((8,), 0.02)
    unet.gain.copy_(gain)
    unet.encode.copy_(even_blocks())
    unet.decode.copy_(torch.linalg.pinv(unet.encode))
    unet.library_0.copy_((grounds / 0.02).round().to(torch.int8))
    unet.ground_attributes.copy_(attributes)
    for number, colour in enumerate((RED, BLUE)):
        cells = slice(16 * number, 16 * number + 16)
        unet.cells_0[cells, 1] = int(colour / 0.02)
        unet.cover[cells] = 255
        unet.behind[cells, 0] = int(PLAIN / 0.02)
        unet.boxes[number] = torch.tensor([8, 6, 4, 4])
        unet.thing_attributes[number] = torch.tensor([1, 1, 1, 0, 1, 1, 1 + number, 1, 0])
    unet.habits.fill_(0.01)
    with torch.no_grad():
        unet.head.evidence.weight.copy_(torch.eye(CLASSES))
        unet.head.evidence.bias.zero_()
    return unet


def clean(model, sample, timestep, states):
    """The clean latents that the model means."""
    alpha, sigma = NoiseLevels(1000, 1e-4, 0.02).at(timestep)
    with torch.no_grad():
        velocity = model(sample, timestep, states).sample
    return alpha * sample - sigma * velocity


def noise(height=SIDE, width=SIDE, seed=0):
    return torch.randn(1, 8, height, width, generator=torch.Generator().manual_seed(seed))


def painted(model, states, height=SIDE, width=SIDE, seed=0):
    """A whole way from noise to picture in DDIM steps."""
    levels = NoiseLevels(1000, 1e-4, 0.02)
    sample = noise(height, width, seed)
    steps = [999.0, 900.0, 750.0, 600.0, 450.0, 300.0, 150.0, 50.0, 10.0]
    for step, after in zip(steps, [*steps[1:], None], strict=True):
        picture = clean(model, sample, step, states)[-1:]
        alpha, sigma = levels.at(step)
        left = (sample - alpha * picture) / sigma
        alpha, sigma = levels.at(after) if after is not None else (1.0, 0.0)
        sample = alpha * picture + sigma * left
    return sample[0]


@pytest.mark.parametrize(("place", "colour"), [("plain", PLAIN), ("sea", SEA)])
def test_the_ground_is_the_place_that_was_asked_for(model, place, colour):
    picture = painted(model, words(place=place))
    assert torch.allclose(picture[0].median(), torch.tensor(colour), atol=0.05)


@pytest.mark.parametrize(("said", "glow"), [({}, 0.0), ({"hue": "pink"}, GLOW)])
@pytest.mark.parametrize("size", [(SIDE, SIDE), (SIDE, 40)])
def test_a_sky_of_the_colour_that_was_asked_for_over_a_ground_that_the_library_has_not(tinted, said, glow, size):
    picture = painted(tinted, words(place="plain", **said), *size)
    assert torch.allclose(picture[GLOWING].median(), torch.tensor(glow), atol=0.1)
    assert torch.allclose(picture[0].median(), torch.tensor(PLAIN), atol=0.1)


def test_no_bar_shows_where_tiles_meet(model):
    picture = painted(model, words(place="plain"), SIDE, 40)
    assert torch.allclose(picture[0], torch.tensor(PLAIN), atol=0.05)


@pytest.mark.parametrize(("name", "colour"), [("red", RED), ("blue", BLUE)])
@pytest.mark.parametrize("seed", range(3))
def test_a_thing_is_there_once_whole_and_in_its_colour(model, name, colour, seed):
    picture = painted(model, words(place="plain", house_present="present", house_colour=name), seed=seed)
    assert int((picture[1] / colour > 0.5).sum()) == 16
    assert torch.allclose(picture[1].abs().max(), torch.tensor(2.0), atol=0.1)


@pytest.mark.parametrize(("count", "number"), [("one", 1), ("two", 2), ("three", 3)])
@pytest.mark.parametrize("seed", range(3))
def test_as_many_stand_there_as_were_asked_for(model, count, number, seed):
    states = words(place="plain", house_present="present", house_colour="red", house_count=count)
    picture = painted(model, states, SIDE, 24, seed=seed)
    walls = (picture[1] > 1).any(0).int()
    assert int(picture[1].sum() / RED) >= 14 * number
    assert int(walls.sum()) >= 4 + 3 * (number - 1)


def test_two_that_stand_together_are_of_one_colour(model):
    for seed in range(3):
        states = words(place="plain", house_present="present", house_count="two")
        picture = painted(model, states, seed=seed)
        assert min(int((picture[1] > 1).sum()), int((picture[1] < -1).sum())) == 0


@pytest.mark.parametrize(("position", "low", "high"), [("left", 0, 8), ("right", 8, 16)])
def test_a_thing_stands_where_it_was_asked_for(model, position, low, high):
    states = words(place="plain", house_present="present", house_position=position)
    columns = painted(model, states)[1].abs().sum(0)
    assert low <= float((columns * torch.arange(SIDE)).sum() / columns.sum()) < high


def test_a_negative_prompt_leaves_a_thing_out(model):
    model.habits.fill_(0.89)  # where nearly every scene has one
    model._tools = None
    try:
        positive, negative = words(place="plain"), words(house_present="present")
        with_house = sum(painted(model, positive, seed=seed)[1].abs().max() > 1 for seed in range(4))
        states = torch.cat([negative, positive])
        without = [self_guided(model, states, seed)[1].abs().max() for seed in range(4)]
    finally:
        model.habits.fill_(0.01)
        model._tools = None
    assert with_house >= 3
    assert max(without) < 0.2


def self_guided(model, states, seed):
    levels = NoiseLevels(1000, 1e-4, 0.02)
    sample = noise(seed=seed)
    for step, after in ((999.0, 600.0), (600.0, 300.0), (300.0, 50.0), (50.0, None)):
        picture = clean(model, torch.cat([sample, sample]), step, states)[-1:]
        alpha, sigma = levels.at(step)
        left = (sample - alpha * picture) / sigma
        alpha, sigma = levels.at(after) if after is not None else (1.0, 0.0)
        sample = alpha * picture + sigma * left
    return sample[0]


def test_both_halves_of_guidance_are_the_same_so_its_formula_changes_nothing(model):
    sample = noise()
    states = torch.cat([words(), words(place="sea")])
    with torch.no_grad():
        negative, positive = model(torch.cat([sample, sample]), 500, states).sample
    assert torch.equal(negative, positive)


def test_a_batch_is_its_pictures_one_by_one(model):
    first, second = noise(seed=1), noise(seed=2)
    states = torch.cat([words(place="plain"), words(place="sea")])
    with torch.no_grad():
        both = model(torch.cat([first, second]), 400, states).sample
        alone = [model(first, 400, states[:1]).sample, model(second, 400, states[1:]).sample]
    assert torch.equal(both, torch.cat(alone))


@pytest.mark.parametrize(("height", "width"), [(16, 24), (24, 16), (16, 40), (12, 12), (32, 32)])
def test_other_canvases(model, height, width):
    states = words(place="plain", house_present="present", house_colour="red")
    picture = painted(model, states, height, width)
    assert picture.shape == (8, height, width)
    assert torch.isfinite(picture).all()


def test_the_same_call_gives_the_same_bytes_whatever_was_made_before(model):
    sample, states = noise(), words(place="plain", house_present="present")
    with torch.no_grad():
        first = model(sample, 333.5, states).sample
        model(noise(seed=9), 700, words(place="sea"))
        painted(model, states, seed=4)
        again = model(sample, 333.5, states).sample
    assert torch.equal(first, again)


def test_a_hole_is_filled_with_what_surrounds_it(model):
    known = torch.zeros(1, 8, SIDE, SIDE)
    known[:, 0] = SEA
    mask = torch.zeros(1, 1, SIDE, SIDE)
    mask[..., 4:12, 4:12] = 1
    with model.attend(known, mask):
        filled = painted(model, words())
    assert float(filled[0, 6:10, 6:10].mean()) == pytest.approx(SEA, abs=0.15)


def test_a_ground_is_moved_to_the_colours_around_the_hole(model):
    known = torch.zeros(1, 8, SIDE, SIDE)
    known[:, 0] = SEA + 0.5  # the library has no such sea
    mask = torch.zeros(1, 1, SIDE, SIDE)
    mask[..., 4:12, 4:12] = 1
    with model.attend(known, mask):
        filled = painted(model, words(place="sea"))
    assert float(filled[0, 6:10, 6:10].mean()) == pytest.approx(SEA + 0.5, abs=0.15)


@pytest.mark.parametrize("hole", [(slice(None), slice(10, 16)), (slice(4, 12), slice(4, 12))], ids=["side", "middle"])
def test_a_hole_goes_on_with_what_is_beside_it(model, hole):
    heights = torch.linspace(-1, 1, SIDE)[:, None].expand(SIDE, SIDE)
    known = torch.zeros(1, 8, SIDE, SIDE)
    known[:, 0], known[:, 5] = SEA, heights  # no library picture has anything in this channel
    mask = torch.zeros(1, 1, SIDE, SIDE)
    mask[0, 0][hole] = 1
    with model.attend(known, mask):
        filled = painted(model, words())
    assert float((filled[5] - heights)[hole].abs().mean()) < 0.15


def test_beyond_the_last_row_the_last_ones_go_on(model):
    known = torch.zeros(1, 8, SIDE, SIDE)
    known[:, 0], known[:, 5, 6:10] = SEA, 1.0
    mask = torch.zeros(1, 1, SIDE, SIDE)
    mask[..., 10:, :] = 1
    with model.attend(known, mask):
        filled = painted(model, words())
    assert float(filled[5, 10:13].mean()) > 0.5


def test_a_mirrored_latent_is_the_mirrored_pictures():
    pixels = torch.randn(3, 8, 16, generator=torch.Generator().manual_seed(0))
    encode = torch.eye(192)
    blocks = pixels.unflatten(2, (2, 8)).permute(1, 3, 0, 2).reshape(192, 1, 2)  # rows, columns, RGB
    mirrored = pixels.flip(2).unflatten(2, (2, 8)).permute(1, 3, 0, 2).reshape(192, 1, 2)
    assert torch.equal(mirror(blocks, encode, encode, across=True), mirrored)


def test_surroundings_are_forgotten(model):
    def break_off(sample, states):
        model(sample, 500, states)
        raise ZeroDivisionError

    sample, states = noise(), words()
    known, mask = torch.full((1, 8, SIDE, SIDE), SEA), torch.zeros(1, 1, SIDE, SIDE)
    with torch.no_grad():
        before = model(sample, 500, states).sample
        with pytest.raises(ZeroDivisionError), model.attend(known, mask):
            break_off(sample, states)
        after = model(sample, 500, states).sample
    assert torch.equal(before, after)


@pytest.mark.parametrize(("hidden", "stays"), [(1.0, True), (float("inf"), False)])
def test_what_the_library_has_not_stays_while_it_can_be_seen(model, hidden, stays):
    known = torch.zeros(1, 8, SIDE, SIDE)
    known[:, 0], known[:, 5, 5:11, 5:11] = SEA, 2.0
    mask = torch.zeros(1, 1, SIDE, SIDE)
    mask[..., 4:12, 4:12] = 1
    with torch.no_grad(), model.attend(known, mask, hidden):
        step = 0.5**0.5 * (known + noise())
        picture = clean(model, step, 250.0, words())[-1]
    assert (float(picture[5, 7:9, 7:9].mean()) > 1.5) is stays


def test_it_is_an_attentive_denoiser(model):
    assert isinstance(model, AttentiveDenoiser)


def test_it_survives_being_saved_in_half_precision(model, tmp_path):
    copy = ClosedFormUNet.from_config(model.config)
    copy.load_state_dict(model.state_dict())
    copy.half().save_pretrained(tmp_path)
    loaded = ClosedFormUNet.from_pretrained(tmp_path, dtype=torch.float32)
    states = words(place="sea")
    with torch.no_grad():
        difference = (loaded(noise(), 500, states).sample - model(noise(), 500, states).sample).abs().max()
    assert loaded.library_0.dtype == torch.int8
    assert float(difference) < 0.05


def test_what_a_hardly_noisy_picture_shows_of_a_thing_at_its_edge_stops_nothing(model):
    unet = ClosedFormUNet.from_config(model.config)
    unet.load_state_dict(model.state_dict())
    unet.boxes[1] = torch.tensor([10, 4, 2, 8], dtype=torch.int16)  # the blue house is low and broad
    picture = torch.zeros(1, 8, SIDE, SIDE)
    picture[:, 0] = 5 * PLAIN
    picture[:, 0, 10:12, -4:], picture[:, 1, 10:12, -4:] = 0.0, 4 * BLUE  # its other half is out of sight
    found = clean(unet.eval(), picture + 0.01 * noise(), 3, words(place="plain", house_present="present"))
    assert found.shape == picture.shape
    assert float(found[0, 1].abs().max()) < -1.2 * BLUE


def test_predictions_of_other_kinds_mean_the_same_picture(model):
    sample, states = noise(), words(place="sea")
    expected = clean(model, sample, 500.0, states)
    alpha, sigma = NoiseLevels(1000, 1e-4, 0.02).at(500.0)
    try:
        model.prediction_type = "epsilon"
        with torch.no_grad():
            from_noise = (sample - sigma * model(sample, 500, states).sample) / alpha
    finally:
        model.prediction_type = "v_prediction"
    assert torch.allclose(from_noise, expected, atol=1e-3)


def test_noise_levels_between_steps():
    levels = NoiseLevels(1000, 1e-4, 0.02)
    low, middle, high = (levels.at(step)[1] for step in (300.0, 300.5, 301.0))
    assert low < middle < high
    assert levels.at(-5) == levels.at(0)
    assert levels.at(5000) == levels.at(999)
