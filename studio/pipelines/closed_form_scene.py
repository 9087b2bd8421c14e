"""A scene from words: its ground and its things, each estimated given the other."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportPrivateImportUsage=false
# torch, diffusers and safetensors are only partly typed; what they give back is typed where it enters here

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from studio.pipelines.closed_form_canvas import Canvas
from studio.pipelines.closed_form_evidence import Evidence, Surroundings
from studio.pipelines.closed_form_grounds import Atlas, Grounds
from studio.pipelines.closed_form_join import Membrane, held
from studio.pipelines.closed_form_things import CUTOUTS, Stand, Store, Thing, in_rows
from studio.pipelines.closed_form_tint import Tint
from studio.pipelines.closed_form_wish import ANYTHING, Lexicon, Wish

SCENE_SLOTS = ("place", "time", "weather", "hue", "style")
COUNT = ".count"
_LIT_BY = ("time", "weather", "style")
_SKIES = {"storm": 1, "fog": 2, "snowfall": 2}  # as `Tint.of` counts them
GLITTER = ".glitter"  # follows the kind before the dot: its light on the water
_TREES = ("pine", "tree", "palm", "birch")
_ALOFT = ("sun", "moon", "balloon", "birds", "lanterns", "rainbow")
_ORBS = ("sun", "moon")
_ROOTED = ("flowers", "rocks", "fence", "path", "bridge", "rainbow", "lanterns")  # stay about where they were cut out
_MOST_THINGS = 4
_LEAST_HABIT = 0.08
_SAID = 4.0  # times over that what was said of a thing counts: no other colour will do
_LEEWAY = 4.5  # how much less than the best a cut-out may suit: less than another style or hour costs
_LOSS = {"style": 9.0, "time": 9.0, "place": 2.0, "hue": 1.5, "weather": 0.3}  # of a cut-out from another scene


@dataclass(frozen=True)
class Library:
    """What the denoiser knows; see `ClosedFormUNet` for the tensors."""

    atlas: Atlas
    ground_attributes: Tensor
    store: Store
    kinds: tuple[str, ...]
    kind_of: Tensor
    thing_attributes: Tensor
    habits: dict[str, Tensor]  # kind -> (places, times): how often it is met there
    tints: Tensor | None = None  # (times * styles, hues, terms, C): maps to skies of other colours

    def under(self, hue: str | None, lexicon: Lexicon) -> Library:
        """The same library under a sky of that hue, if it knows how that looks."""
        if hue is None or self.tints is None:
            return self
        columns, slots = lexicon.columns, lexicon.slots
        time, weather, style = (self.ground_attributes[:, columns[name]].long() - 1 for name in _LIT_BY)
        kinds = torch.tensor([_SKIES.get(name, 0) for name in slots[columns["weather"]].values], device=time.device)
        number = slots[columns["hue"]].values.index(hue)
        which = time * len(slots[columns["style"]].values) + style
        tint = Tint.of(self.tints[:, number], which, kinds[weather], self.tints.shape[-1])
        attributes = self.ground_attributes.clone()
        attributes[:, columns["hue"]] = number + 1
        return replace(self, atlas=self.atlas.under(tint), ground_attributes=attributes)

    def settled(self, kind: str, place: int, lexicon: Lexicon) -> bool:
        """Whether grounds of the place have things of the kind, or have them not, for themselves."""
        column = lexicon.columns.get(f"{kind}.present")
        if column is None:
            return False
        there = self.ground_attributes[:, lexicon.columns["place"]] == place
        return bool((self.ground_attributes[there, column] != ANYTHING).any())


@dataclass
class _Wanted:
    kind: str
    presence: float
    count: int = 1
    key: tuple[int, ...] = ()
    thing: Thing | None = None


class Scene:
    """One prompt on one canvas, or in a hole of one, from step to step."""

    def __init__(self, library: Library, wish: Wish, canvas: Canvas, around: Surroundings | None = None) -> None:
        library = library.under(wish.plainly("hue"), wish.lexicon)
        self.library, self.wish, self.canvas = library, wish, canvas
        self._columns = [wish.lexicon.columns[name] for name in SCENE_SLOTS]
        heard = wish if around is None else wish.without_habits()
        scores = heard.of_items(library.ground_attributes) + self._homes()
        self._around = around
        self._membrane = None if around is None else Membrane(around)
        self._grounds = Grounds(library.atlas, scores, canvas, around, self._membrane)
        self._wanted = self._wishes(usual=around is None)
        self._hidden: dict[int, Tensor] = {}  # by number of the wanted: where it was thought to be

    def __call__(self, evidence: Evidence) -> Tensor:
        """The expected picture (C, h, w)."""
        self._hidden.clear()
        ground, index, share = self._grounds(evidence)
        picture, cover = self._things(evidence, ground, self._mode(index, share))
        if self._wanted:
            ground, index, share = self._grounds(evidence.without(picture, cover))
            picture, cover = self._things(evidence, ground, self._mode(index, share))
        made = (1 - cover) * ground + picture
        if self._around is None or self._membrane is None:
            return made
        return held(self._membrane.join(made), self._around)

    def _things(self, evidence: Evidence, ground: Tensor, scene: tuple[int, ...]) -> tuple[Tensor, Tensor]:
        """What all things together add to the ground and hide of it."""
        picture, cover = torch.zeros_like(ground), torch.zeros_like(ground[0])
        laid: dict[str, Thing] = {}
        for number, wanted in enumerate(self._wanted):
            thing = self._cut_out(wanted, scene)
            if thing is None:
                self._hidden.pop(number, None)
                continue
            glitters = wanted.kind.endswith(GLITTER)
            leader = laid.get(wanted.kind.removesuffix(GLITTER)) if glitters else None
            if leader is not None:
                thing.follow(leader.columns())
            seen, hidden = thing(evidence, (1 - cover) * ground + picture, self._taken(number))
            picture, cover = (1 - hidden) * picture + seen, 1 - (1 - cover) * (1 - hidden)
            laid[wanted.kind] = thing
            self._hidden[number] = torch.zeros_like(cover) if glitters else hidden
        return picture, cover

    def _taken(self, number: int) -> Tensor:
        """(h, w) what the other things hide, by what was last thought of them: glitter is in nobody's way."""
        free = torch.ones(self.canvas.height, self.canvas.width, device=self.wish.scores.device)
        if not self._wanted[number].kind.endswith(GLITTER):
            for other, hidden in self._hidden.items():
                free = free if other == number else free * (1 - hidden)
        return 1 - free

    def _mode(self, index: Tensor, share: Tensor) -> tuple[int, ...]:
        """The scene slots' values that most of the ground has."""
        attributes = self.library.ground_attributes[index][:, self._columns].long()
        return tuple(
            int(torch.zeros(128, device=share.device).index_add_(0, values, share).argmax())
            for values in attributes.unbind(1)
        )

    def _cut_out(self, wanted: _Wanted, scene: tuple[int, ...]) -> Thing | None:
        """The thing as it would be cut out for this ground; kept while the ground stays of its kind."""
        if wanted.key != scene:
            wanted.key, wanted.thing = scene, self._prepare(wanted, scene)
        return wanted.thing

    def _prepare(self, wanted: _Wanted, scene: tuple[int, ...]) -> Thing | None:
        library, kind = self.library, wanted.kind
        base = kind.removesuffix(GLITTER)
        if library.settled(base, scene[SCENE_SLOTS.index("place")], self.wish.lexicon):
            return None
        of_kind = (library.kind_of == library.kinds.index(kind)).nonzero()[:, 0]
        if not len(of_kind):
            return None
        rows = library.thing_attributes[of_kind]
        details = self.wish.details(base)
        if wanted.count > 1:  # rows are made of single ones
            details = [name for name in details if not name.endswith(COUNT)]
        scores = _SAID * self.wish.of_items(rows, details) if details else rows.new_zeros(len(rows)).float()
        if wanted.count > 1:
            scores = scores - _SAID * (rows[:, self.wish.lexicon.columns[base + COUNT]] != 1)
        loss = torch.tensor([_LOSS[name] for name in SCENE_SLOTS], device=rows.device)
        if kind.endswith(GLITTER):
            loss = loss.clone()
            loss[SCENE_SLOTS.index("place")] = 9.0
        other = rows[:, self._columns] != torch.tensor(scene, device=rows.device)
        scores = scores - (other * loss).sum(1)
        best = scores.topk(min(CUTOUTS, len(scores)))
        hours, now = rows[:, self.wish.lexicon.columns["time"]], scene[SCENE_SLOTS.index("time")]
        if wanted.presence < float("inf") and bool((hours > 0).all() & (hours != now).all()):
            return None  # what is only usual, and never seen at such an hour
        if kind.endswith(GLITTER) and float(best.values[0]) < -8:
            return None  # no water to glitter on
        close = int((best.values > best.values[0] - _LEEWAY).sum())
        chosen = of_kind[best.indices[:close]]
        cutouts = library.store.pick(chosen.tolist(), self.canvas)
        if wanted.count > 1:
            columns = [self.wish.lexicon.columns[name] for name in (f"{base}.present", *details)]
            looks: list[int] = (
                library.thing_attributes[chosen][:, columns].unique(dim=0, return_inverse=True)[1].tolist()
            )
            cutouts = in_rows(cutouts, looks, wanted.count, self.canvas.width)
        return Thing(cutouts, best.values[:close], self.canvas, self._stand(kind), wanted.presence)

    def _stand(self, kind: str) -> Stand:
        if kind.endswith(GLITTER):
            return Stand(None, 0, moves=True)
        lift = round((4 if kind in _ALOFT else 1) * self.canvas.magnification)
        return Stand(self.wish.position(kind), lift, kind not in _ROOTED, self._spoken_for(kind), kind in _ORBS)

    def _spoken_for(self, kind: str) -> tuple[int, ...]:
        """Left (0), centre (1), right (2): where others, in the sky or on the ground as it is, were told to be."""
        others = [each.kind for each in self._wanted if each.kind != kind and (each.kind in _ALOFT) == (kind in _ALOFT)]
        placed = [position for other in others if (position := self.wish.position(other)) is not None]
        return tuple(int(position.argmax()) for position in placed)

    def _homes(self) -> Tensor:
        """(N,) how well the grounds' places and hours suit the things that are asked for."""
        attributes, columns = self.library.ground_attributes, self.wish.lexicon.columns
        place, time = (attributes[:, columns[name]].long() - 1 for name in ("place", "time"))
        total = torch.zeros(len(attributes), device=attributes.device)
        for kind, habit in self.library.habits.items():
            if self.wish.wants(kind):
                total += 2 * (habit / habit.max() + 0.02)[place, time].log()
        return total

    def _wishes(self, usual: bool) -> list[_Wanted]:
        """What must be there, and if wished a little of what is usual, from the sky down to the foreground."""
        kinds = [kind for kind in self.library.kinds if not kind.endswith(GLITTER)]
        must = [kind for kind in kinds if self.wish.wants(kind)]
        if self.wish.wants("trees") and not any(kind in _TREES for kind in must) and set(_TREES) & set(kinds):
            must.append(self._usual(_TREES, 1)[0][0])
        wanted = [_Wanted(kind, float("inf"), self._count(kind)) for kind in must]
        free = [kind for kind in kinds if kind not in must and not self.wish.forbids(kind)]
        if any(kind in must for kind in _ORBS):
            free = [kind for kind in free if kind not in _ORBS]
        if not self.wish.forbids("trees"):
            free = [kind for kind in free if not (kind in _TREES and any(each in _TREES for each in must))]
        for kind, habit in self._usual(free, max(0, _MOST_THINGS - 1 - len(must)) if usual else 0):
            if habit > _LEAST_HABIT:
                wanted.append(_Wanted(kind, float(torch.logit(torch.tensor(min(habit, 0.9))))))
        for each in [each for each in wanted if each.kind + GLITTER in self.library.kinds]:
            wanted.append(_Wanted(each.kind + GLITTER, each.presence))
        return sorted(wanted, key=lambda each: self._depth(each.kind))

    def _usual(self, kinds: Sequence[str], most: int) -> list[tuple[str, float]]:
        """The kinds that are met most in the asked-for place and hour, and how often."""
        lexicon = self.wish.lexicon
        found: list[tuple[str, float]] = []
        for kind in kinds:
            habit = self.library.habits.get(kind)
            if habit is None:
                continue
            for axis, name in ((0, "place"), (1, "time")):
                value = self.wish.value(name)
                index = None if value is None else lexicon.slots[lexicon.columns[name]].values.index(value)
                habit = habit.mean(axis, keepdim=True) if index is None else habit.narrow(axis, index, 1)
            found.append((kind, float(habit)))
        return sorted(found, key=lambda pair: -pair[1])[:most]

    def _count(self, kind: str) -> int:
        return {"two": 2, "three": 3}.get(self.wish.value(kind + COUNT) or "", 1)

    def _depth(self, kind: str) -> float:
        """The lower a kind stands, the nearer it is; what shines on water lies under what floats."""
        if kind.endswith(GLITTER):
            return 0.5
        return float(_ALOFT.index(kind) / 10) if kind in _ALOFT else 1 + _FRONT.index(kind) if kind in _FRONT else 1.0


_FRONT = ("fence", "sheep", "flowers")
