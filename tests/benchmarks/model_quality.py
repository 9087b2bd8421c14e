"""How good the embedded model is: obedience to 200 prompts for scenes it has never held, edits without a seam, its
codec, its speed and how new its pictures are. A judge taught on renderings looks at the pictures; no person does."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from studio.library.models import Models
from studio.pipelines import make_pipeline
from studio.request.events import Event
from studio.request.family import Model
from studio.request.geometry import Size
from studio.request.pipeline import Pipeline
from studio.request.pixels import Pixels
from studio.request.request import GenerationRequest, Prompt
from studio.training.exam import GROUPS, Grades, Question, grade, questions, visible
from studio.training.judge import Judge, load_judge, verdicts
from studio.training.scenes.render import render
from tests.benchmarks.figures import Figures, at_least, at_most, exactly, fact, median, percentile
from tests.benchmarks.quality_edits import Edit, edits, seam
from tests.benchmarks.quality_library import newness, sources_of
from tests.benchmarks.quality_photos import photographs, psnr

JUDGE = Path(__file__).parent / "judge.safetensors"
GOALS = {"colours": 0.8}  # of headings with a goal of their own
GOAL = 0.9
FRESH = 4242  # the seed of prompts that nothing was chosen by, from the fourth edition on


class Silent:
    """A report that wants everything and shows nothing."""

    draft = True

    def __call__(self, event: Event) -> None:
        del event

    def check(self) -> None:
        """Nothing is ever cancelled."""

    def wishes(self) -> tuple[()]:
        """Nothing is ever changed."""
        return ()


class Studio:
    """The embedded model at its default settings, through the studio's own pipeline."""

    def __init__(self) -> None:
        models = Models([])
        self.model: Model = models.default()
        self.pipeline: Pipeline = make_pipeline(models, previews=False)
        self.seconds: list[float] = []

    def request(self, prompt: str, seed: int, size: Size | None = None) -> GenerationRequest:
        """A prompt at default settings."""
        defaults = self.model.defaults
        return GenerationRequest(
            model=self.model.reference,
            prompt=Prompt.plain(prompt),
            size=size or defaults.size,
            steps=defaults.steps,
            guidance=defaults.guidance,
            sampler=defaults.sampler,
            seed=seed,
        )

    def make(self, request: GenerationRequest) -> np.ndarray:
        """(h, w, 3) uint8."""
        finished = self.pipeline.run(request, Silent())
        timings = finished.timings
        self.seconds.append(timings.encode + timings.denoise + timings.decode)
        return finished.pictures[0].pixels.array[..., :3]


def run(quick: bool) -> Figures:
    judge = load_judge(JUDGE)
    asked = questions(12 if quick else 200)
    fresh = questions(6 if quick else 100, FRESH)
    studio = Studio()
    made, unseen = made_of(studio, asked), made_of(studio, fresh)
    seconds = studio.seconds[1:]  # the first one reads the weights
    obeyed = graded(judge, asked, made)
    ceiling = graded(judge, [visible(question) for question in asked], renderings(asked, studio))
    return {
        "attributes_right": at_least(obeyed.overall, GOAL, "share"),
        "attributes_right_in_renderings": fact(ceiling.overall, "share"),
        "attributes_right_never_tuned_on": at_least(graded(judge, fresh, unseen).overall, GOAL, "share"),
        **headings(obeyed, ceiling),
        "prompts": fact(len(asked)),
        "prompts_never_tuned_on": fact(len(fresh)),
        **edit_figures(studio, 2 if quick else 12),
        **codec_figures(studio),
        "seconds_per_picture": at_most(median(seconds), 5.0, "s"),
        "seconds_per_picture_slowest_tenth": fact(percentile(seconds, 0.9), "s"),
        **newness_figures(studio, made),
    }


def made_of(studio: Studio, asked: Sequence[Question]) -> list[np.ndarray]:
    """The first seed of each prompt is its number."""
    return [studio.make(studio.request(question.prompt, seed=number)) for number, question in enumerate(asked)]


def graded(judge: Judge, asked: Sequence[Question], pictures: Sequence[np.ndarray]) -> Grades:
    return grade(asked, verdicts(judge, np.stack(pictures)))


def renderings(asked: Sequence[Question], studio: Studio) -> list[np.ndarray]:
    """What the renderer would have answered, through the model's codec: no model can be judged better than this."""
    painted = [render(question.scene, 256, question.seed) for question in asked]
    return list(sources_of(studio.model).round_trip(np.stack(painted)))


def headings(obeyed: Grades, ceiling: Grades) -> Figures:
    figures: Figures = {}
    for heading in GROUPS:
        share, best = obeyed.share(heading), ceiling.share(heading)
        if share is None or best is None:
            continue
        figures[f"{heading}_right"] = at_least(share, GOALS.get(heading, GOAL), "share")
        figures[f"{heading}_right_in_renderings"] = fact(best, "share")
    return figures


def edit_figures(studio: Studio, count: int) -> Figures:
    figures: Figures = {}
    untouched = True
    for kind in ("inpaint", "outpaint"):
        ratios: list[float] = []
        for edit in edits(kind, count):
            after = edited(studio, edit)
            ratios.append(seam(after, edit.mask))
            untouched &= bool(np.array_equal(after[edit.mask == 0], edit.picture[edit.mask == 0]))
        figures[f"{kind}_seam"] = at_most(median(ratios), 1.3, "step across the edge / steps beside it")
        figures[f"{kind}_seam_worst_tenth"] = fact(percentile(ratios, 0.9), "ratio")
    figures["outside_the_mask_untouched"] = exactly(untouched, True)
    return figures


def edited(studio: Studio, edit: Edit) -> np.ndarray:
    height, width = edit.picture.shape[:2]
    request = studio.request(edit.prompt, edit.seed, Size(width, height))
    fields = {"source": Pixels(edit.picture), "mask": Pixels(edit.mask[..., None]), "strength": 1.0}
    return studio.make(GenerationRequest(**{**vars(request), **fields}))


def codec_figures(studio: Studio) -> Figures:
    found = photographs()
    if not found:
        how = "left out: needs scikit-image and scikit-learn for their photographs, see quality_photos.py"
        return {"codec_photographs": fact(how)}
    codec = sources_of(studio.model)
    values = [psnr(photo, codec.round_trip(photo[None])[0]) for photo in found.values()]
    figures: Figures = {"codec_photographs": at_least(float(np.mean(values)), 26.0, "dB")}
    return {**figures, **{f"codec_{name}": fact(value, "dB") for name, value in zip(found, values, strict=True)}}


def newness_figures(studio: Studio, made: Sequence[np.ndarray]) -> Figures:
    report = newness(sources_of(studio.model), np.stack(made))
    return {
        "distance_to_nearest_in_library": fact(median(report.nearest), "mean square of latents"),
        "distance_within_library": fact(report.typical, "mean square of latents"),
        "nearest_of_all": fact(min(report.nearest), "mean square of latents"),
        "library_pictures_in_one": fact(median(report.sources), "pictures, of 16 blocks"),
    }
