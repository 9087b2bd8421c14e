"""Captions of scenes as people write prompts: any order, synonyms, things left out; and what each caption says.

`describe` returns the text with the attributes that are really in it, which is what the text encoder is taught.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from studio.training.scenes.scene import Scene, Thing
from studio.training.scenes.world import KINDS
from studio.training.words import nouns, phrases
from studio.training.words.fillers import OPENINGS, filler
from studio.training.words.nouns import COLOURED, NOUNS, Noun
from studio.training.words.phrases import COLOUR_WORDS, Says
from studio.training.words.slots import attributes


@dataclass(frozen=True)
class Description:
    """A caption and what it says: slot -> value."""

    text: str
    says: Mapping[str, str]


def caption(scene: Scene, rng: np.random.Generator) -> str:
    """One of very many captions that fit the scene."""
    return describe(scene, rng).text


def describe(scene: Scene, rng: np.random.Generator, noise: bool = True) -> Description:
    """A caption and what it says. `noise`: with words strewn in that say nothing."""
    return _Writer(scene, rng, noise).write()


class _Writer:
    def __init__(self, scene: Scene, rng: np.random.Generator, noise: bool) -> None:
        self.scene, self.rng, self.noise = scene, rng, noise
        self.true = attributes(scene)
        self.says: dict[str, str] = {}

    def write(self) -> Description:
        rng = self.rng
        detail = rng.random()  # how much the caption tells
        parts = [text for text in (self._thing(thing, detail) for thing in self._chosen(detail)) if text]
        extras = self._extras(detail)
        place = self._place() if rng.random() < 0.86 else ""
        time = self._pick(phrases.TIMES) if "time" not in self.says and rng.random() < 0.66 else ""
        style = self._pick(phrases.STYLES) if rng.random() < (0.30 if self.scene.style == "flat" else 0.72) else ""
        text = self._compose(style, place, time, parts, extras)
        if not text:
            self.says.clear()
            text = self._place()
        return Description(self._polish(text), dict(self.says))

    def _chosen(self, detail: float) -> list[Thing]:
        things = [t for t in self.scene.things if self.rng.random() < 0.45 + 0.5 * detail]
        self.rng.shuffle(things)  # type: ignore[arg-type]
        return things

    def _one(self, options: Sequence[str]) -> str:
        return options[int(self.rng.integers(len(options)))]

    def _fits(self, says: Mapping[str, str]) -> bool:
        return says.items() <= self.true.items()

    def _pick(self, table: Sequence[tuple[str, Says]], share: float = 1.0) -> str:
        """A phrase that is true of the scene, or nothing."""
        if self.rng.random() >= share:
            return ""
        fitting = [entry for entry in table if self._fits(entry[1])]
        if not fitting:
            return ""
        text, says = fitting[int(self.rng.integers(len(fitting)))]
        self.says.update(says)
        return text

    def _place(self) -> str:
        combined = [entry for entry in phrases.COMBINED if "place" in entry[1]]
        text = self._pick(combined, 0.25)
        if text:
            return text
        text = self._pick(phrases.PLACES)
        adjective = self._pick(phrases.ADJECTIVES, 0.16)
        if adjective:
            head, _, rest = text.partition(" ")
            text = f"a {adjective} {rest}" if head in ("a", "an", "the") and rest else f"{adjective} {text}"
        return text

    def _extras(self, detail: float) -> list[str]:
        scene = self.scene
        extras: list[str] = []
        if scene.weather != "clear" or self.rng.random() < 0.12:
            extras.append(self._pick(phrases.WEATHERS, 0.45 + 0.4 * detail))
        if scene.hue is not None:
            table = phrases.HUE_TIMES if self.rng.random() < 0.2 else phrases.SKY_HUES
            extras.append(self._pick(table, 0.8))
        elif self.rng.random() < 0.14:
            extras.append(self._pick([entry for entry in phrases.COMBINED if "place" not in entry[1]]))
        if self.true["trees.present"] == "present" and self.rng.random() < 0.10:
            self.says["trees.present"] = "present"
            extras.append(self._one(("trees", "some trees", "a few trees", "many trees", "with trees", "trees around")))
        if self.rng.random() < 0.05:
            extras.append(self._without())
        if self.noise:
            extras += [filler(self.rng) for _ in range(int(self.rng.choice((0, 1, 2, 3), p=(0.55, 0.25, 0.13, 0.07))))]
        return [extra for extra in extras if extra]

    def _without(self) -> str:
        """Something that the scene does not have, said so."""
        absent = [k.name for k in KINDS if self.true[f"{k.name}.present"] == "absent" and k.name != "peaks"]
        kind = self._one(absent)
        self.says[f"{kind}.present"] = "absent"
        noun = NOUNS[kind][0]
        return f"{self._one(('no', 'without', 'without any'))} {noun.many or noun.one}"

    def _thing(self, thing: Thing, detail: float) -> str:
        kind = thing.kind
        self.says[f"{kind}.present"] = "present"
        if kind in COLOURED and self.rng.random() < 0.5:
            fitting = [e for e in COLOURED[kind] if self._fits(e[2]) and e[1] == (thing.count > 1)]
            if fitting:
                text, _, says = fitting[int(self.rng.integers(len(fitting)))]
                self.says.update(says)
                return self._placed(thing, text, detail)
        fitting_nouns = [n for n in NOUNS[kind] if self._fits(dict(n.says)) and (n.many if thing.count > 1 else True)]
        noun = fitting_nouns[int(self.rng.integers(len(fitting_nouns)))]
        self.says.update(noun.says)
        plural = bool(noun.many) and (thing.count > 1 or not noun.one)
        name = noun.many if plural else noun.one
        if kind == "moon" and self.rng.random() < 0.5 and thing.shape:
            name = self._one(nouns.MOONS[thing.shape])
            self.says["moon.shape"] = thing.shape
        return self._placed(thing, self._counted(thing, noun, plural, self._coloured(thing, name, noun)), detail)

    def _coloured(self, thing: Thing, name: str, noun: Noun) -> str:
        """With a colour before it, or behind ("with red sails"), and sometimes its size."""
        if thing.kind in ("sun", "moon", "house", "castle", "lighthouse", "boat") and self.rng.random() < 0.22:
            name = f"{self._one(nouns.SMALL if thing.far else nouns.BIG)} {name}"
            self.says[f"{thing.kind}.distance"] = thing.distance
        if not thing.colour or noun.says or self.rng.random() > 0.68:
            return name
        self.says[f"{thing.kind}.colour"] = thing.colour
        colour = self._one(COLOUR_WORDS[thing.colour])
        way = self.rng.random()
        if thing.kind == "boat" and way < 0.55:
            return f"{name} with {self._one((f'{colour} sails', f'a {colour} sail', f'{colour} sail'))}"
        if thing.kind in ("tree", "birch") and way < 0.35:
            return f"{name} with {colour} leaves"
        if thing.kind == "lighthouse" and way < 0.45 and thing.colour != "white":
            return self._one((f"{colour} and white {name}", f"{colour} striped {name}", f"{colour}-striped {name}"))
        if thing.kind == "balloon" and way < 0.3:
            return f"{self._one(('striped', 'floating'))} {colour} {name}"
        return f"{colour} {name}"

    def _counted(self, thing: Thing, noun: Noun, plural: bool, name: str) -> str:
        slot = f"{thing.kind}.count"
        if not plural:
            if self.rng.random() < 0.12 and thing.kind not in ("sun", "moon", "aurora"):
                return name
            if slot in self.true:
                self.says[slot] = "one"
            return f"{self._article(thing, name)} {name}"
        if slot not in self.true or self.rng.random() < 0.25:
            return name
        self.says[slot] = self.true[slot]
        words = {
            "two": ("two", "2", "a pair of", "a couple of", "two"),
            "three": ("three", "3", "three", "a trio of"),
            "many": nouns.MANY_WORDS,
        }
        return f"{self._one(words[self.true[slot]])} {name}"

    def _article(self, thing: Thing, name: str) -> str:
        if thing.kind in ("sun", "moon") and self.rng.random() < 0.5:
            return "the"
        if self.rng.random() < 0.06:
            return "one" if f"{thing.kind}.count" in self.true else "the"
        return "an" if name[0] in "aeiou" else "a"

    def _placed(self, thing: Thing, name: str, detail: float) -> str:
        position, far = self.true.get(f"{thing.kind}.position"), self.true.get(f"{thing.kind}.distance")
        if position and self.rng.random() < 0.12 + 0.22 * detail:
            self.says[f"{thing.kind}.position"] = position
            return f"{name} {self._one(nouns.POSITION_WORDS[position])}"
        if far and thing.kind not in ("sun", "moon") and self.rng.random() < (0.30 if thing.far else 0.10):
            self.says[f"{thing.kind}.distance"] = far
            if thing.far and self.rng.random() < 0.3:
                head, _, rest = name.partition(" ")
                return f"{head} distant {rest}" if head in ("a", "the") else f"distant {name}"
            return f"{name} {self._one(nouns.FAR_WORDS if thing.far else nouns.NEAR_WORDS)}"
        return name

    def _compose(self, style: str, place: str, time: str, things: list[str], extras: list[str]) -> str:
        rng = self.rng
        shape = rng.random()
        core = place
        if things and place and shape < 0.55:
            core = self._joined(place, things)
        core = f"{core} {time}".strip() if rng.random() < 0.8 else ", ".join(filter(None, (core, time)))
        rest = [*things, *extras]
        rng.shuffle(rest)  # type: ignore[arg-type]
        if style:
            core = self._styled(style, core)
        if shape > 0.82:  # only a list of words in any order
            whole = [part for part in (core, *rest) if part]
            rng.shuffle(whole)  # type: ignore[arg-type]
            return self._one((", ", " ", ", ")).join(whole)
        return ", ".join(part for part in (core, *rest) if part)

    def _joined(self, place: str, things: list[str]) -> str:
        """Place and one or two things in one breath; takes them from the list."""
        first = things.pop(0)
        if things and self.rng.random() < 0.5:
            first = f"{first} and {things.pop(0)}"
        way = self.rng.random()
        if way < 0.45:
            return f"{place} {self._one(('with', 'with', 'w/', 'and'))} {first}"
        return f"{first} {self._one(('in', 'by', 'at', 'on', 'near', 'over', 'and'))} {place}"

    def _styled(self, style: str, core: str) -> str:
        article = "an" if style[0] in "aeiou8" else "a"
        if not core:
            return style
        return self._one(
            (f"{article} {style} of {core}", f"{style} of {core}", f"{style}, {core}", f"{core}, {style}",
             f"{core} in {style} style", f"{core} as {article} {style}", f"{style} style, {core}", f"{core} {style}")
        )  # fmt: skip

    def _polish(self, text: str) -> str:
        rng = self.rng
        if self.noise and rng.random() < 0.12:
            text = f"{self._one(OPENINGS)} {text}"
        if rng.random() < 0.08:
            text = text.capitalize()
        if rng.random() < 0.08:
            text += self._one((".", "!", " please", ", please"))
        if rng.random() < 0.06:
            text = text.replace(",", "")
        return text
