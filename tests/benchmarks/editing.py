"""What an edit costs besides the networks, and how well it joins: against plain diffusers on the same cases."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import cv2
import numpy as np
from PySide6.QtGui import QGuiApplication

from studio.cli_edit import edited
from studio.document.document import Document
from studio.document.editing.modes import Mode
from studio.document.editing.plan import plan_edit
from studio.document.editing.run import EditRun, begin
from studio.document.editing.seen import chosen, surface_of, wish_of
from studio.document.selecting import plane
from studio.pipelines.framing import pasted
from studio.pipelines.joining import mended
from studio.request.events import Picture
from studio.request.family import Defaults, Model, ModelReference
from studio.request.geometry import Rect, Size
from studio.request.pixels import Pixels
from studio.request.sampling import Algorithm, Sampler
from tests.benchmarks.editing_plain import Plain
from tests.benchmarks.figures import Figures, at_most, exactly, fact, median
from tests.benchmarks.model_quality import Silent, Studio
from tests.benchmarks.quality_edits import Edit, edits, seam
from tests.document.editing.families import SDXL

CANVAS, CONTEXT, HOLE = 4096, 1024, 360  # pixels a side
RING = 6  # pixels on each side of the edge that colours are compared in
BLOCK = 16  # pixels; colours are compared edge by edge, not on the whole


def run(quick: bool) -> Figures:
    app = QGuiApplication.instance() or QGuiApplication([])
    figures = {**overhead(3 if quick else 15), **joins(2 if quick else 8)}
    del app
    return figures


def overhead(times: int) -> Figures:
    """Everything around the networks, from the selection in a large document to the layer that comes of it."""
    cv2.setNumThreads(1)
    document = _document()
    written: list[Path] = []
    real = Path.open

    def watched(self: Path, mode: str = "r", *more: object, **given: object) -> object:
        if set(mode) & set("wax+"):
            written.append(self)
        return real(self, mode, *more, **given)  # pyright: ignore[reportCallIssue, reportArgumentType]

    spent: list[float] = []
    with patch.object(Path, "open", watched):
        for _ in range(times + 1):
            spent.append(_once(document) * 1000)
    return {
        "overhead": at_most(median(spent[1:]), 60, "ms of processor time"),
        "overhead_of_the_first": fact(spent[0], "ms of processor time"),
        "intermediate_files": exactly(len(written), 0, "files"),
    }


def joins(of_each: int) -> Figures:
    """Medians over holes and extensions; the same model, words, seed, sampler and steps on both sides."""
    studio = Studio()
    plain = Plain(studio.model)
    ours: list[tuple[float, float]] = []
    theirs: list[tuple[float, float]] = []
    for kind in ("inpaint", "outpaint"):
        for edit in edits(kind, of_each):
            ours.append(_judged(_by_the_studio(studio, edit, kind), edit))
            hole = edit.mask[..., None] > 127
            theirs.append(_judged(np.where(hole, plain.made(edit), edit.picture), edit))
    seams, shifts = (median([one[index] for one in ours]) for index in (0, 1))
    plain_seams, plain_shifts = (median([one[index] for one in theirs]) for index in (0, 1))
    return {
        "cases": fact(len(ours), "cases"),
        "seam": at_most(seams, plain_seams, "step across the edge / steps beside it"),
        "seam_of_plain_diffusers": fact(plain_seams, "step across the edge / steps beside it"),
        "colour_shift": at_most(shifts, plain_shifts, "grey levels across the edge"),
        "colour_shift_of_plain_diffusers": fact(plain_shifts, "grey levels across the edge"),
    }


def shift(picture: np.ndarray, mask: np.ndarray) -> float:
    """Mean difference of colour between the two sides of the mask's edge, block by block along it, in grey levels."""
    inside = (mask > 127).astype(np.uint8)
    near_in = (inside > 0) & (cv2.distanceTransform(inside, cv2.DIST_L2, 5) <= RING)
    near_out = (inside == 0) & (cv2.distanceTransform(1 - inside, cv2.DIST_L2, 5) <= RING)
    found: list[float] = []
    height, width = mask.shape
    for top in range(-BLOCK // 2, height, BLOCK // 2):
        for left in range(-BLOCK // 2, width, BLOCK // 2):
            block = (slice(max(0, top), top + BLOCK), slice(max(0, left), left + BLOCK))
            one, other = near_in[block], near_out[block]
            if one.sum() >= BLOCK and other.sum() >= BLOCK:
                part = picture[block].astype(np.float32)
                found.append(float(np.abs(part[one].mean(0) - part[other].mean(0)).mean()))
    return float(np.mean(found))


def _by_the_studio(studio: Studio, edit: Edit, kind: str) -> np.ndarray:
    """As `generate --image --mask`, or `--expand`, does it."""
    height, width = edit.mask.shape
    wish = studio.request(edit.prompt, edit.seed, Size(width, height))
    request = replace(wish, source=Pixels(edit.picture), mask=Pixels(edit.mask[..., None]))
    rows, columns = np.flatnonzero((edit.mask == 0).any(1)), np.flatnonzero((edit.mask == 0).any(0))
    old = Rect(int(columns[0]), int(rows[0]), len(columns), len(rows)) if kind == "outpaint" else None
    return edited(request, studio.model.family, studio.pipeline, Silent(), old).pictures[0].pixels.array


def _judged(picture: np.ndarray, edit: Edit) -> tuple[float, float]:
    return seam(picture, edit.mask), shift(picture, edit.mask)


def _document() -> Document:
    small = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    model = Model(
        reference=ModelReference(family="test", name="test"),
        title="Test",
        family=SDXL,
        defaults=Defaults(size=Size(1024, 1024), steps=20, guidance=6.0, sampler=Sampler(Algorithm.EULER)),
        path=Path("test"),
    )
    document = Document(model)
    document.set_source(Pixels(cv2.resize(small, (CANVAS, CANVAS), interpolation=cv2.INTER_CUBIC)))
    document.change(strength=1.0, prompt="a house")
    rows, columns = np.mgrid[0:HOLE, 0:HOLE] - HOLE / 2
    round_ = (np.hypot(rows, columns) < HOLE / 2 - 15).astype(np.uint8) * np.uint8(255)
    document.select(plane(round_, 1800, 1800))
    return document


def _once(document: Document) -> float:
    """Seconds of processor time; what stands for the networks does not count."""
    begun = time.process_time()
    found = chosen(document)
    assert found is not None
    family = document.model.family
    plan = plan_edit(mode=Mode.FILL, canvas=document.size, selection=found.bounds, strength=1.0, family=family)
    run = begin(plan, surface_of(document, found.tiles), wish_of(document))
    request = run.request
    assert request.source is not None
    assert request.mask is not None
    before = time.process_time() - begun
    made = np.clip(request.source.array * np.float32(0.9) + 8, 0, 255).astype(np.uint8)
    begun = time.process_time()
    joined = pasted(mended(made, request.source.array, request.mask.array[..., 0]), request.source, request.mask)
    layer = run.taken(Pixels(joined))
    assert not isinstance(layer, EditRun)
    document.apply_picture(Picture(pixels=layer, request=request), plan.result)
    spent = before + time.process_time() - begun
    document.undo_stack.undo()
    assert plan.context.size == Size(CONTEXT, CONTEXT)
    return spent
