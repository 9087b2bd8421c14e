"""Names of the things, alone and in number, and what only they can be called."""

from __future__ import annotations

from dataclasses import dataclass

from studio.training.words.phrases import Says


@dataclass(frozen=True)
class Noun:
    """One name. `many` is its plural ("" if there is none); `says` is what the name itself says."""

    one: str
    many: str = ""
    says: tuple[tuple[str, str], ...] = ()


def _names(*pairs: tuple[str, str]) -> tuple[Noun, ...]:
    return tuple(Noun(one, many) for one, many in pairs)


NOUNS: dict[str, tuple[Noun, ...]] = {
    "sun": _names(
        ("sun", ""), ("shining sun", ""), ("warm sun", ""), ("sun", ""), ("bright sun", ""), ("sun", ""),
    ),
    "moon": _names(
        ("moon", ""), ("harvest moon", ""), ("glowing moon", ""), ("moon", ""),
    ),
    "stars": _names(
        ("", "stars"), ("milky way", ""), ("", "constellations"), ("", "shooting stars"),
        ("", "twinkling stars"), ("", "stars"), ("starry sky", ""), ("", "sparkling stars"),
        ("", "bright stars"), ("sky full of stars", ""),
    ),
    "aurora": _names(
        ("aurora", ""), ("", "northern lights"), ("aurora borealis", ""), ("", "polar lights"),
        ("green aurora", ""),
    ),
    "rainbow": _names(
        ("rainbow", ""), ("colourful rainbow", ""),
    ),
    "birds": _names(
        ("bird", ""), ("", "geese"), ("", "swallows"), ("", "birds in the sky"), ("", "crows"), ("", "birds"),
        ("", "flying birds"), ("", "seagulls"), ("flock of birds", ""), ("", "gulls"),
    ),
    "balloon": _names(
        ("hot air balloon", "hot air balloons"), ("balloon", "balloons"),
        ("hot-air balloon", "hot-air balloons"),
    ),
    "peaks": _names(
        ("", "mountains behind it"), ("mountain backdrop", ""), ("mountain range behind", ""),
        ("", "snowy peaks behind"), ("", "mountains far away"), ("", "mountains in the background"),
        ("", "distant mountains"), ("", "mountains behind"), ("", "mountains on the horizon"),
        ("mountain range in the distance", ""), ("", "mountains in the distance"),
    ),
    "house": _names(
        ("villa", "villas"), ("shed", "sheds"), ("lodge", "lodges"),
        ("bungalow", "bungalows"), ("house", "houses"), ("house", "houses"), ("cottage", "cottages"),
        ("cabin", "cabins"), ("barn", "barns"), ("farmhouse", "farmhouses"), ("hut", "huts"), ("home", "homes"),
        ("chalet", "chalets"),
    ),
    "lighthouse": _names(
        ("lighthouse", ""), ("lighthouse", ""), ("beacon", ""), ("light tower", ""),
    ),
    "castle": _names(
        ("citadel", ""), ("old castle", ""), ("castle", ""), ("castle", ""), ("fortress", ""), ("palace", ""),
        ("fairy tale castle", ""), ("medieval castle", ""),
    ),
    "windmill": _names(
        ("windmill", ""), ("windmill", ""), ("mill", ""), ("old windmill", ""),
    ),
    "bridge": _names(
        ("old bridge", ""), ("viaduct", ""), ("bridge", ""), ("bridge", ""), ("arched bridge", ""),
        ("footbridge", ""),
    ),
    "pyramid": _names(
        ("pyramid", "pyramids"), ("great pyramid", "great pyramids"), ("ancient pyramid", "ancient pyramids"),
        ("pyramid", "pyramids"), ("egyptian pyramid", "egyptian pyramids"),
    ),
    "tent": _names(
        ("camp", "tents"), ("tent", "tents"), ("tent", "tents"), ("tent", "tents"),
        ("camping tent", "camping tents"),
    ),
    "boat": _names(
        ("fishing boat", "fishing boats"), ("boat", "boats"), ("sailing vessel", "sailing vessels"),
        ("little boat", "little boats"), ("boat", "boats"), ("sailboat", "sailboats"),
        ("sailing boat", "sailing boats"), ("ship", "ships"), ("yacht", "yachts"),
        ("sailing ship", "sailing ships"),
    ),
    "pine": _names(
        ("pine tree", "pine trees"), ("fir", "firs"), ("spruce tree", "spruce trees"),
        ("pine tree", "pine trees"), ("pine", "pines"), ("fir tree", "fir trees"), ("spruce", "spruces"),
        ("conifer", "conifers"), ("evergreen tree", "evergreen trees"), ("christmas tree", "christmas trees"),
    ),
    "tree": _names(
        ("tree", ""), ("lonely tree", ""), ("leafy tree", "leafy trees"), ("broad tree", "broad trees"),
        ("leafy tree", "leafy trees"), ("round tree", "round trees"), ("oak", "oaks"),
        ("oak tree", "oak trees"), ("deciduous tree", "deciduous trees"), ("apple tree", "apple trees"),
    ),
    "palm": _names(
        ("palm tree", "palm trees"), ("palm", "palms"), ("coconut palm", "coconut palms"),
        ("coconut tree", "coconut trees"),
    ),
    "birch": _names(
        ("birch tree", "birch trees"), ("birch", "birches"),
    ),
    "cactus": _names(
        ("cactus", "cacti"), ("cactus plant", "cactus plants"), ("saguaro", "saguaros"), ("cactus", "cactuses"),
    ),
    "flowers": (
        *_names(
            ("", "spring flowers"), ("flower bed", ""), ("", "blooming flowers"), ("", "colourful flowers"),
            ("", "lots of flowers"), ("", "flowers"), ("", "flowers"), ("", "wildflowers"),
            ("bed of flowers", ""), ("", "blossoms"), ("", "tulips"),
        ),
        Noun("", "roses", (("flowers.colour", "red"),)),
        Noun("", "daffodils", (("flowers.colour", "yellow"),)),
        Noun("", "violets", (("flowers.colour", "purple"),)),
        Noun("", "lilies", (("flowers.colour", "white"),)),
        Noun("", "cornflowers", (("flowers.colour", "blue"),)),
        Noun("", "poppies", (("flowers.colour", "red"),)),
        Noun("", "sunflowers", (("flowers.colour", "yellow"),)),
        Noun("", "lavender", (("flowers.colour", "purple"),)),
        Noun("", "daisies", (("flowers.colour", "white"),)),
        Noun("", "bluebells", (("flowers.colour", "blue"),)),
        Noun("", "marigolds", (("flowers.colour", "orange"),)),
    ),
    "rocks": _names(
        ("", "cliffs"), ("", "pebbles"), ("", "big rocks"), ("", "large stones"), ("", "rocks"),
        ("", "boulders"), ("", "stones"), ("", "some rocks"),
    ),
    "fence": _names(
        ("garden fence", ""), ("rail fence", ""), ("fence", ""), ("wooden fence", ""), ("picket fence", ""),
    ),
    "lanterns": _names(
        ("", "lanterns"), ("", "chinese lanterns"), ("", "lanterns in the sky"), ("", "flying lanterns"),
        ("", "lanterns"), ("", "paper lanterns"), ("", "sky lanterns"), ("", "floating lanterns"),
        ("", "glowing lanterns"),
    ),
    "path": _names(
        ("pathway", ""), ("track", ""), ("country road", ""), ("gravel path", ""), ("walkway", ""),
        ("path", ""), ("winding path", ""), ("road", ""), ("trail", ""), ("dirt road", ""), ("footpath", ""),
        ("lane", ""),
    ),
    "sheep": _names(
        ("flock of sheep", "sheep"), ("sheep", "sheep"), ("sheep", "sheep"), ("lamb", "lambs"),
    ),
}  # fmt: skip

# whole names that carry a colour and therefore stand alone: (text, number it goes with, what it says)
COLOURED: dict[str, tuple[tuple[str, bool, Says], ...]] = {
    "tree": (
        ("autumn trees", True, {"tree.colour": "orange"}),
        ("trees with autumn leaves", True, {"tree.colour": "orange"}),
        ("an autumn tree", False, {"tree.colour": "orange"}),
        ("cherry trees", True, {"tree.colour": "pink"}),
        ("cherry blossom trees", True, {"tree.colour": "pink"}),
        ("cherry blossoms", True, {"tree.colour": "pink"}),
        ("a cherry tree", False, {"tree.colour": "pink"}),
        ("a cherry blossom tree", False, {"tree.colour": "pink"}),
        ("sakura", True, {"tree.colour": "pink"}),
        ("white blossoming trees", True, {"tree.colour": "white"}),
        ("maple trees", True, {"tree.colour": "red"}),
    ),
    "birch": (
        ("autumn birches", True, {"birch.colour": "orange"}),
        ("golden birches", True, {"birch.colour": "yellow"}),
    ),
}
MOONS = {"full": ("full moon", "round moon"), "crescent": ("crescent moon", "sickle moon", "new moon", "half moon")}
POSITION_WORDS = {
    "left": (
        "on the left-hand side",
        "on the left of the picture",
        "on the left",
        "to the left",
        "on the left side",
        "at the left",
        "left",
    ),
    "centre": (
        "in the center of the picture",
        "centered",
        "in the middle",
        "in the centre",
        "in the center",
        "at the center",
    ),
    "right": (
        "on the right-hand side",
        "on the right of the picture",
        "on the right",
        "to the right",
        "on the right side",
        "at the right",
        "right",
    ),
}
FAR_WORDS = ("on the horizon", "in the far distance", "in the distance", "far away", "in the background", "far off")
NEAR_WORDS = ("in front", "at the front", "in the foreground", "close up", "up close", "nearby")
BIG, SMALL = ("big", "large", "huge", "giant"), ("small", "tiny", "little")
MANY_WORDS = ("many", "several", "lots of", "a lot of", "a row of", "a group of")
