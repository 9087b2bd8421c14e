"""What people and other programs do to a gallery, each act by its name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from studio.library.gallery.gallery import Gallery
from studio.library.gallery.index.search import Place
from studio.library.gallery.index.store import Item
from studio.request.control import Control
from tests.library.gallery.filled import SPECIMENS, ids
from tests.library.gallery.requests import picture, pixels

Act = Callable[["Acting", int, int], object]


class Acting:
    """Each act: what it is done to is chosen by the first number; the second is another one each time."""

    def __init__(self, gallery: Gallery) -> None:
        self.gallery = gallery

    def do(self, act: str, which: int, number: int) -> None:
        ACTS[act](self, which, number)

    def chosen(self, which: int) -> list[int]:
        shown = ids(self.gallery)
        return [shown[which % len(shown)]] if shown else []

    def item(self, which: int) -> Item | None:
        return next(iter(self.gallery.store.items(self.chosen(which))), None)

    def keep(self, which: int, number: int) -> None:
        self.gallery.keep(picture(f"kept {which}", seed=which))

    def edit(self, which: int, number: int) -> None:
        source = pixels(which)
        made = picture(f"edited {which}", source=source, origin=source.digest)
        self.gallery.keep(replace(made, pixels=pixels(100 + which)))

    def follow(self, which: int, number: int) -> None:
        control = Control(kind="controlnet", name="lines", picture=pixels(50), origin=pixels(which).digest)
        self.gallery.keep(replace(picture(f"led {which}", controls=(control,)), pixels=pixels(200 + which)))

    def mark(self, which: int, number: int) -> None:
        marks = ({"rating": which % 6}, {"favourite": which % 2 == 0}, {"label": "red"}, {"tags": ["x, y", "z"]})
        self.gallery.mark(self.chosen(which), **marks[which % 4])

    def collect(self, which: int, number: int) -> None:
        plain = [each for each in self.gallery.collections.all() if not each.smart]
        parent = plain[which % len(plain)].id if plain else ""
        made = self.gallery.collections.make(f"collection {number}", parent)
        self.gallery.collections.put_in(made.id, self.chosen(which))

    def uncollect(self, which: int, number: int) -> None:
        for each in self.gallery.collections.all()[which : which + 1]:
            self.gallery.collections.remove(each.id)

    def rename(self, which: int, number: int) -> None:
        item = self.item(which)
        if item is not None:
            self.gallery.rename(item, f"renamed {number}")

    def move_behind_its_back(self, which: int, number: int) -> None:
        item = self.item(which)
        if item is not None:
            target = self.gallery.folder / f"moved {which}" / item.path.name
            target.parent.mkdir(exist_ok=True)
            item.path.rename(target)
            self.gallery.scan()

    def drop_behind_its_back(self, which: int, number: int) -> None:
        item = self.item(which)
        if item is not None:
            item.path.unlink()
            self.gallery.scan()

    def bring_in(self, which: int, number: int) -> None:
        self.gallery.bring_in(SPECIMENS / ("a1111.png", "comfyui.png", "drawthings.jpg")[which % 3])


ACTS: dict[str, Act] = {
    "keep": Acting.keep,
    "edit": Acting.edit,
    "follow": Acting.follow,
    "mark": Acting.mark,
    "untag": lambda self, which, _number: self.gallery.untag(self.chosen(which), "z", "x, y"),
    "trash": lambda self, which, _number: self.gallery.throw_away(self.chosen(which)),
    "restore": lambda self, _which, _number: self.gallery.restore(ids(self.gallery, place=Place.TRASH)[:1]),
    "empty": lambda self, _which, _number: self.gallery.empty_trash(),
    "smart": lambda self, _which, number: self.gallery.collections.make(f"smart {number}", query="rating:>=3"),
    "collect": Acting.collect,
    "uncollect": Acting.uncollect,
    "rename": Acting.rename,
    "move": Acting.move_behind_its_back,
    "drop": Acting.drop_behind_its_back,
    "import": Acting.bring_in,
}
