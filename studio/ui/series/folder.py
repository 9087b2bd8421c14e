"""Every picture of a folder worked over with the wish of now."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from studio.document.document import SOURCE_STRENGTH
from studio.document.following import Follower, follows
from studio.document.recipe import Recipe
from studio.document.resolve import Canvas, automatic_size, fitted, on_paper, resolve
from studio.request.errors import BadInput
from studio.request.family import Ability, Model
from studio.request.pixels import Pixels
from studio.request.request import GenerationRequest
from studio.ui.incoming import ENDINGS

MASK = "-mask"  # what follows the name of a picture in the name of its mask
MOST = 10_000


def pictures_in(folder: Path) -> list[Path]:
    """In the order of their names, without masks. Raises BadInput when there are none."""
    try:
        found = sorted(path for path in folder.iterdir() if path.suffix.lower() in ENDINGS and path.is_file())
    except OSError as error:
        raise BadInput(f"The folder {folder.name!r} cannot be read: {error.strerror or error}.") from error
    pictures = [path for path in found if not path.stem.endswith(MASK)]
    if not pictures:
        raise BadInput(f"There are no pictures in {folder.name!r}.", "Choose a folder that has some.")
    return pictures[:MOST]


class FolderWish:
    """Makes the request for each file: the words, numbers, strength and controls of when it was made.

    Strength 1: where a control follows each of them, nothing of a picture is left but what is followed; a model that
    edits by instruction looks at it whole. Any other takes the strength that is usual for a picture.
    """

    def __init__(
        self,
        recipe: Recipe,
        model: Model,
        files: Sequence[Path],
        read: Callable[[Path], Pixels],
        followers: Sequence[Follower] = (),
    ) -> None:
        """Raises BadInput when the model cannot start from a picture."""
        family = model.family
        looks = family.can(Ability.INSTRUCT)
        whole = looks or follows(followers)
        if not (whole and recipe.strength == 1) and not family.can(Ability.IMAGE_TO_IMAGE):
            raise BadInput(f"{family.title} cannot start from a picture.", "Choose another model.")
        strength = recipe.strength if recipe.strength < 1 or whole else SOURCE_STRENGTH
        self._always = looks
        self._recipe = replace(recipe, count=1, strength=strength)
        self._model, self._followers = model, tuple(followers)
        self._files, self._read = files, read

    @property
    def strength(self) -> float:
        return self._recipe.strength

    @property
    def following(self) -> str:
        """What the controls do with the pictures, in words; "" without controls."""
        each = ", ".join(follower.steer.title for follower in self._followers if follower.picture is None)
        same = ", ".join(follower.steer.title for follower in self._followers if follower.picture is not None)
        said = [
            f"Each picture of the folder is followed by {each}." if each else "",
            f"The picture on the canvas is followed by {same}, for all of them." if same else "",
            "Nothing else is left of them at full strength." if self.strength == 1 and not self._always else "",
        ]
        return " ".join(sentence for sentence in said if sentence)

    def ask(self, place: int) -> GenerationRequest:
        """Raises Trouble for a file that cannot be read."""
        path = self._files[place]
        read = self._read(path)
        picture = on_paper(read)
        size = automatic_size(self._model, picture.size)
        words = resolve(replace(self._recipe, size=size), self._model, _nothing(picture))
        mask = self._mask(path, picture, words)
        starts = self._always or mask is not None or self.strength < 1
        return replace(
            words,
            source=fitted(picture, size) if starts else None,
            mask=mask,
            strength=self.strength,
            origin=read.digest if starts else "",
            controls=tuple(each.control(read, size) for each in self._followers),
        )

    def _mask(self, path: Path, picture: Pixels, words: GenerationRequest) -> Pixels | None:
        """From the file NAME-mask beside the picture: only what is white in it is made anew."""
        found = next((path.with_name(f"{path.stem}{MASK}{end}") for end in ENDINGS if _is(path, end)), None)
        if found is None or not self._model.family.can(Ability.INPAINT):
            return None
        mask = self._read(found)
        grey = mask.array[..., :3].mean(2).round().astype("uint8")[..., None]
        return fitted(Pixels(grey), words.size)


def _is(path: Path, end: str) -> bool:
    return path.with_name(f"{path.stem}{MASK}{end}").is_file()


def _nothing(picture: Pixels) -> Canvas:
    return Canvas((), picture.size, lambda: picture)
