"""What is offered for download: held against checksums, with all that it needs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from studio.library.downloads.catalogue import Offer, offers, wishes_for, with_needs
from studio.library.downloads.fetch import Fetcher
from studio.library.downloads.hub import Hub
from studio.library.recognition.recognised import Recognised
from studio.library.recognition.verdict import lacking_in
from studio.library.signs import BY_FAMILY
from studio.request.errors import Trouble
from studio.ui.models.get_more import _SHELVES
from tests.library.server import DATA, SUM, Waits


def test_an_offer_is_held_against_the_checksum_of_the_catalogue(server, tmp_path):
    large = {"oid": SUM, "size": len(DATA)}
    server.answers["/api/models/a/b/tree/main"] = [{"type": "file", "path": "one.safetensors", "size": 1, "lfs": large}]
    hub = Hub(base=server.base)
    offer = Offer("x", "X", "lora", "", "A.", "a/b", ("one.safetensors",), licence="MIT")
    [wish] = wishes_for(offer, hub, tmp_path)
    assert (wish.sha256, wish.size) == (SUM, len(DATA)), "the hub's own, where the catalogue has none"
    assert "Hugging Face's own" in offer.checked
    [wish] = wishes_for(replace(offer, sha256=SUM), hub, tmp_path)
    assert wish.sha256 == SUM
    with pytest.raises(Trouble, match=r"another one\.safetensors now"):
        wishes_for(replace(offer, sha256="ab" * 32), hub, tmp_path)
    with pytest.raises(Trouble, match="does not have two"):
        wishes_for(replace(offer, files=("two.safetensors",)), hub, tmp_path)
    server.serve("/u.pth", DATA, wrong=9)
    [wish] = wishes_for(replace(offer, repository="", url=server.base + "/u.pth", sha256=SUM), hub, tmp_path)
    with pytest.raises(Trouble, match="checksum differs"):
        Fetcher(Waits().pause, Waits().progress).fetch(wish)
    assert not wish.target.exists()


def test_the_catalogue_has_upscalers_with_checksums_and_all_that_an_offer_needs():
    every = offers()
    upscalers = [each for each in every if each.kind == "upscaler"]
    assert len(upscalers) > 4
    for each in upscalers:
        assert each.sha256 or each.repository, "nothing comes unchecked"
        assert each.page.startswith("https://")
    assert all(each.sha256 for each in every if each.url)
    flux = next(each for each in every if each.id == "flux-schnell-gguf")
    assert [each.id for each in with_needs(flux, every)] == ["flux-schnell-gguf", "t5-xxl-gguf", "clip-l", "ae"]


def test_the_catalogue_can_be_read_and_speaks_of_what_is_known():
    every = offers()
    ids = [offer.id for offer in every]
    assert len(ids) == len(set(ids)) > 15
    for offer in every:
        assert sum(offer.kind in kinds for _, kinds in _SHELVES) == 1, "each has one place on the page"
        assert not offer.family or offer.family in BY_FAMILY
        assert set(offer.needs) <= set(ids)
        assert offer.licence
        assert offer.about.endswith(".")
        assert not offer.sha256 or len(offer.sha256) == 64


def test_each_part_that_an_offered_denoiser_lacks_is_offered_too():
    every = offers()
    files = {(each.repository, file) for each in every for file in each.files}
    assert all(file.endswith((".safetensors", ".gguf")) for _, file in files)
    for offer in (each for each in every if each.kind == "diffusion"):
        wanted = lacking_in(Recognised(path=Path("x"), kind=offer.kind, family=offer.family, format="safetensors"))
        assert {(part.repository, part.file) for part in wanted} <= files, offer.id
        assert len(offer.needs) == len(wanted), f"{offer.id} brings other parts along than it lacks"
