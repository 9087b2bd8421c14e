"""Control networks in sets of pictures: where they are between two of them."""

from __future__ import annotations

import pytest
import torch
from diffusers import ControlNetModel, UNet2DConditionModel

from studio.pipelines.devices import Device
from studio.pipelines.studio_pipeline import StudioPipeline
from studio.request.control import Control
from tests.pipelines import tiny, tiny_control

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")


class Card(Device):
    """The processor, pretending that networks have to be carried to it."""

    graphics = True

    def precision(self, family):
        return torch.float32

    def free_bytes(self):
        return 10**12


@pytest.mark.parametrize(("count", "times"), [(1, 1), (3, 1)])
def test_a_network_is_carried_to_the_device_once_for_a_set_and_leaves_it_at_the_end(
    count, times, sd15, tmp_path, monkeypatch
):
    finder, unet = tiny.Shelf(sd15), UNet2DConditionModel.from_pretrained(sd15.path / "unet")
    finder.attachments["lines"] = tiny_control.save(tmp_path, tiny_control.controlnet(unet), "lines")
    carried = []
    real = ControlNetModel.to
    monkeypatch.setattr(
        ControlNetModel, "to", lambda network, place: carried.append(str(place)) or real(network, place)
    )
    pipeline = StudioPipeline(finder, Card(torch.device("cpu:0"), "a card"), previews=False)
    lines = Control(kind="controlnet", name="lines", picture=tiny.photo(seed=1))
    request = tiny.request(sd15, steps=1, count=count, controls=(lines,))
    found = pipeline.run(request, tiny.Notes()).pictures
    assert carried.count("cpu") == times
    assert carried[-1] == "cpu"
    alone = [pipeline.run(request.single(index), tiny.Notes()).pictures[0].pixels for index in range(count)]
    assert [each.pixels for each in found] == alone
