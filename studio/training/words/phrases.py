"""What people call the things of our world. Each phrase comes with the attributes that it says.

A phrase can be used for a scene when everything it says is true of the scene.
"""

from __future__ import annotations

from studio.training.scenes.world import HUES

Says = dict[str, str]


def _all(slot: str, words: dict[str, tuple[str, ...]]) -> list[tuple[str, Says]]:
    return [(text, {slot: value}) for value, texts in words.items() for text in texts]


PLACES = _all(
    "place",
    {
        "mountains": (
            "a mountain", "a mountain valley", "the himalayas", "a mountainside", "a rocky peak",
            "snow-capped mountains", "mountains", "a mountain range", "tall mountains", "mountain peaks",
            "the alps", "a mountain landscape", "the mountains", "high peaks", "mountain", "rocky mountains",
        ),
        "sea": (
            "the pacific", "a wide sea", "deep blue sea", "sea waves", "the waters of the ocean", "the sea",
            "the ocean", "a calm sea", "the open sea", "an ocean", "a seascape", "ocean waves", "sea",
            "the waves", "open water", "the high seas",
        ),
        "lake": (
            "a loch", "a lagoon", "a small lake", "the edge of a lake", "a lake", "a calm lake", "the lake",
            "a quiet lake", "a pond", "a lakeside", "a lake shore", "lake",
        ),
        "river": (
            "a riverside", "the banks of a river", "a small river", "flowing water", "a river",
            "a winding river", "a stream", "a brook", "a river bank", "a river valley", "the river", "a creek",
        ),
        "desert": (
            "the gobi desert", "a hot desert", "sandy dunes", "a sea of sand", "a desert", "sand dunes",
            "desert dunes", "the sahara", "egypt", "an oasis", "dunes", "a sandy desert", "the desert",
            "desert",
        ),
        "forest": (
            "a jungle", "a grove", "a rainforest", "woodlands", "the forest floor", "a wood", "a forest",
            "the woods", "a woodland", "a deep forest", "a dense forest", "the forest", "woods", "forest",
        ),
        "meadow": (
            "farmland", "a lawn", "the steppe", "green fields", "a grassy meadow", "pastures", "a meadow",
            "a green field", "a grassy field", "grassland", "a field", "a pasture", "a prairie", "the meadow",
            "fields", "a grassy plain",
        ),
        "hills": (
            "a hill", "the countryside", "a hilltop", "tuscany", "a green valley", "hill country", "a valley",
            "low hills", "rolling hills", "hills", "green hills", "a hillside", "rolling green hills",
            "the highlands", "grassy hills", "a hilly landscape", "the hills",
        ),
        "island": (
            "an isle", "an atoll", "the island", "islands", "a little island", "an island", "a small island",
            "an island in the sea", "an islet", "a lonely island", "a desert island",
        ),
        "city": (
            "a modern city", "high-rises", "manhattan", "new york", "tokyo", "an urban landscape", "towers",
            "the big city", "a city", "a city skyline", "skyscrapers", "downtown", "an urban skyline",
            "a metropolis", "tall buildings", "the city", "a cityscape", "city buildings", "a skyline",
        ),
        "village": (
            "villages", "a country village", "a settlement", "an old town", "a mountain hamlet",
            "a sleepy village", "a village", "a small town", "a hamlet", "a little village", "a town",
            "the village", "a quaint village",
        ),
        "snow": (
            "snowy", "ice and snow", "a frozen landscape", "a winter scene", "snow-covered hills",
            "a snowy plain", "antarctica", "wintertime", "a snowy landscape", "a winter landscape",
            "snowy hills", "snow", "a snow-covered field", "winter", "a snowfield", "the tundra", "the arctic",
            "the snow", "a winter wonderland", "snowy fields", "a snowy field",
        ),
        "beach": (
            "a coastline", "a shoreline", "a coast", "a bay", "a harbour", "the mediterranean coast",
            "a sandy shore", "sand and sea", "an empty beach", "a beach", "a sandy beach", "the shore",
            "the seaside", "the coast", "the beach", "a sunny shore", "a seashore",
        ),
    },
)  # fmt: skip

TIMES = _all(
    "time",
    {
        "dawn": (
            "as the sun rises", "early dawn", "in the morning light", "at dawn", "at sunrise",
            "in the early morning", "at daybreak", "in the morning", "at first light", "sunrise",
            "morning light", "dawn", "morning", "early morning",
        ),
        "noon": (
            "in bright daylight", "in the middle of the day", "bright daylight", "at high noon", "at noon",
            "in daylight", "during the day", "by day", "at midday", "daytime", "in the afternoon",
            "on a bright day", "noon", "in broad daylight", "midday", "day", "daylight",
        ),
        "sunset": (
            "at sundown", "sundown", "late afternoon", "at golden hour", "at nightfall", "at sunset", "at dusk",
            "in the evening", "golden hour", "at twilight", "sunset", "dusk", "evening light",
            "as the sun goes down", "evening", "in the evening light",
        ),
        "night": (
            "in the middle of the night", "in the dark of night", "at nighttime", "at night", "by night",
            "under a night sky", "at midnight", "nighttime", "in the dark", "night", "late at night",
            "in the night", "a dark night", "midnight",
        ),
    },
)  # fmt: skip

WEATHERS = _all(
    "weather",
    {
        "clear": (
            "fine weather", "no clouds in sight", "no clouds", "without clouds", "no fog", "without fog",
            "no rain", "cloud-free skies", "a clear sky", "a cloudless sky", "clear weather", "clear sky",
            "clear skies",
        ),
        "clouds": (
            "with clouds", "scattered clouds", "big clouds", "dramatic clouds", "cumulus clouds", "clouds",
            "a cloudy sky", "fluffy clouds", "white clouds", "cloudy", "an overcast sky", "clouds in the sky",
            "puffy clouds", "a few clouds",
        ),
        "storm": (
            "raining", "a rainstorm", "thunder", "a tempest", "a downpour", "storm clouds", "bad weather",
            "a lightning bolt", "storm", "a storm", "a thunderstorm", "lightning", "stormy weather", "rain",
            "heavy rain", "thunder and lightning", "stormy", "rainy", "a rainy day", "in the rain",
            "dark storm clouds", "it is raining",
        ),
        "fog": (
            "a foggy day", "low fog", "dense fog", "misty air", "fog", "thick fog", "mist", "in the fog",
            "foggy", "misty", "haze", "in the mist", "covered in fog", "hazy",
        ),
        "snowfall": (
            "snow falling", "a snowstorm", "gentle snowfall", "falling snowflakes", "falling snow", "snowfall",
            "it is snowing", "snowflakes", "a blizzard", "snow is falling", "snowing",
        ),
    },
)  # fmt: skip

# adjectives before a place: "a misty forest"
ADJECTIVES = (
    *_all("weather", {"storm": ("stormy", "rainy"), "fog": ("misty", "foggy"), "clouds": ("cloudy",)}),
    *_all("time", {"night": ("nighttime", "dark", "nocturnal"), "sunset": ("evening",), "dawn": ("morning",)}),
    ("sunny", {"sun.present": "present", "time": "noon"}),
    ("moonlit", {"moon.present": "present", "time": "night"}),
    ("starry", {"stars.present": "present", "time": "night"}),
    ("sunlit", {"sun.present": "present"}),
)

HUE_WORDS = {
    "pink": ("pink", "rose", "rosy"),
    "purple": ("purple", "violet", "lilac"),
    "green": ("green", "green", "emerald"),
    "orange": ("orange", "amber"),
    "teal": ("teal", "turquoise", "cyan"),
    "red": ("red", "crimson"),
    "yellow": ("yellow", "golden"),
    "blue": ("blue",),
}
HUE_TIMES = tuple(
    (f"{word} {noun}", {"hue": hue, "time": time})
    for hue in HUES
    for word in HUE_WORDS[hue]
    for time, nouns in (
        ("sunset", ("sunset", "evening")),
        ("dawn", ("dawn", "sunrise", "morning")),
        ("night", ("night",)),
    )
    for noun in nouns
)
HUE_FRAMES = (
    "a {} sky",
    "{} sky",
    "{} tones",
    "in {} light",
    "a {} palette",
    "{} colours",
    "{} atmosphere",
    "the sky is {}",
)
SKY_HUES = tuple(
    (frame.format(word), {"hue": hue})
    for hue in HUES
    for word in HUE_WORDS[hue]
    for frame in HUE_FRAMES
    if not (hue == "blue" and "sky" in frame)  # a blue sky is what every fair day has
)

STYLES = _all(
    "style",
    {
        "flat": (
            "illustration", "cartoon", "flat art", "vector graphic", "vector", "graphic design",
            "simple shapes", "flat illustration", "flat poster", "vector illustration", "minimalist poster",
            "vector art", "flat design", "poster", "poster art", "flat vector art", "travel poster",
            "flat colours",
        ),
        "watercolour": (
            "watercolors", "watercolour sketch", "water colours", "aquarelle painting", "watercolor painting",
            "watercolour", "aquarelle", "watercolor", "watercolour painting", "watercolor wash",
            "loose watercolor",
        ),
        "ink": (
            "calligraphy", "ink sketch", "pen and ink", "sumi e", "japanese ink painting",
            "brush painting in ink", "ink drawing", "ink wash painting", "sumi-e", "black ink",
            "chinese ink painting", "ink wash", "ink", "brush and ink", "ink painting", "sumi-e ink painting",
        ),
        "papercut": (
            "paper art", "paper collage", "kirigami", "paper layers", "cut-out paper", "paper-cut art",
            "layered paper art", "papercut illustration", "paper cutout", "papercut", "paper craft",
            "cut paper", "layered paper", "paper cut", "origami paper art",
        ),
        "pixel": (
            "pixelart", "video game", "nes game", "retro game art", "16-bit", "pixel art", "8-bit pixel art",
            "retro pixel art", "8-bit", "16-bit game art", "pixelated", "pixels", "pixel",
        ),
        "oil": (
            "monet", "van gogh", "impressionist", "painterly", "thick paint", "oil on linen", "oil painting",
            "impressionist painting", "oil on canvas", "thick brush strokes", "impasto", "oil paint",
            "painting in the style of van gogh", "impressionism", "oils",
        ),
        "pencil": (
            "graphite", "drawing", "hand drawn", "coloured pencils", "crayons", "drawn with colored pencils",
            "pencil drawing", "coloured pencil drawing", "colored pencil", "pencil sketch", "crayon drawing",
            "colored pencils", "pencil", "sketch",
        ),
        "woodblock": (
            "hiroshige", "hokusai", "ukiyoe", "block print", "lino print", "japanese woodblock",
            "woodblock print", "ukiyo-e", "japanese print", "japanese woodblock print", "woodcut",
            "hokusai style print", "ukiyo-e print", "woodblock", "linocut print",
        ),
    },
)  # fmt: skip

# phrases that say several things at once
COMBINED: tuple[tuple[str, Says], ...] = (
    ("a starry night", {"time": "night", "stars.present": "present"}),
    ("under a starry sky", {"time": "night", "stars.present": "present"}),
    ("moonlight", {"moon.present": "present", "time": "night"}),
    ("a moonlit night", {"moon.present": "present", "time": "night"}),
    ("under the moon", {"moon.present": "present", "time": "night"}),
    ("on a sunny day", {"time": "noon", "sun.present": "present"}),
    ("sunny", {"sun.present": "present", "time": "noon"}),
    ("sunny day", {"sun.present": "present", "time": "noon"}),
    ("sunshine", {"sun.present": "present"}),
    ("under a blue sky", {"time": "noon", "weather": "clear"}),
    ("blue sky", {"time": "noon", "weather": "clear"}),
    ("the setting sun", {"time": "sunset", "sun.present": "present"}),
    ("the rising sun", {"time": "dawn", "sun.present": "present"}),
    ("a pine forest", {"place": "forest", "pine.present": "present"}),
    ("a fir forest", {"place": "forest", "pine.present": "present"}),
    ("a birch forest", {"place": "forest", "birch.present": "present"}),
    ("a palm grove", {"place": "forest", "palm.present": "present"}),
    ("an autumn forest", {"place": "forest", "tree.present": "present", "tree.colour": "orange"}),
    ("a flower meadow", {"place": "meadow", "flowers.present": "present"}),
    ("a field of flowers", {"place": "meadow", "flowers.present": "present"}),
    ("a mountain lake", {"place": "lake", "peaks.present": "present"}),
    ("a lake and mountains", {"place": "lake", "peaks.present": "present"}),
    ("a lake in the mountains", {"place": "lake", "peaks.present": "present"}),
    ("snowy mountains", {"place": "snow", "peaks.present": "present"}),
    ("a beach with palm trees", {"place": "beach", "palm.present": "present"}),
    ("a tropical beach", {"place": "beach", "palm.present": "present"}),
    ("a tropical island", {"place": "island", "palm.present": "present"}),
    ("a stormy sea", {"place": "sea", "weather": "storm"}),
    ("a snowy night", {"place": "snow", "time": "night"}),
    ("a winter night", {"place": "snow", "time": "night"}),
    ("city lights", {"place": "city", "time": "night"}),
    ("morning mist", {"time": "dawn", "weather": "fog"}),
    ("a mountain village", {"place": "village", "peaks.present": "present"}),
    ("a foggy morning", {"time": "dawn", "weather": "fog"}),
    ("a rainy night", {"time": "night", "weather": "storm"}),
    ("a stormy night", {"time": "night", "weather": "storm"}),
    ("a cloudy day", {"time": "noon", "weather": "clouds"}),
    ("a sunny morning", {"time": "dawn", "sun.present": "present"}),
    ("the sun is setting", {"time": "sunset", "sun.present": "present"}),
    ("the sun is rising", {"time": "dawn", "sun.present": "present"}),
    ("moonlit", {"moon.present": "present", "time": "night"}),
    ("moonlit sea", {"place": "sea", "moon.present": "present", "time": "night"}),
    ("a winter morning", {"place": "snow", "time": "dawn"}),
    ("a winter evening", {"place": "snow", "time": "sunset"}),
    ("a winter forest", {"place": "snow", "pine.present": "present"}),
    ("a snowy forest", {"place": "snow", "pine.present": "present"}),
    ("a spring meadow", {"place": "meadow", "flowers.present": "present"}),
    ("autumn colours", {"tree.present": "present", "tree.colour": "orange"}),
    ("autumn", {"tree.present": "present", "tree.colour": "orange"}),
    ("fall foliage", {"tree.present": "present", "tree.colour": "orange"}),
    ("spring blossom", {"tree.present": "present", "tree.colour": "pink"}),
    ("a palm beach", {"place": "beach", "palm.present": "present"}),
    ("snow-capped peaks", {"peaks.present": "present"}),
    ("a summer beach", {"place": "beach", "time": "noon"}),
    ("sun and sea", {"place": "sea", "sun.present": "present"}),
    ("night sky", {"time": "night"}),
    ("evening sky", {"time": "sunset"}),
    ("morning sky", {"time": "dawn"}),
    ("alpine lake", {"place": "lake", "peaks.present": "present"}),
)

COLOUR_WORDS = {
    "red": ("red", "red", "red", "crimson", "scarlet", "bright red", "dark red", "ruby"),
    "orange": ("orange", "orange", "bright orange"),
    "yellow": ("yellow", "yellow", "golden", "bright yellow"),
    "green": ("green", "green", "green", "dark green", "light green", "emerald"),
    "blue": ("blue", "blue", "blue", "navy blue", "bright blue", "light blue", "sky blue", "dark blue"),
    "purple": ("purple", "purple", "purple", "violet", "lavender"),
    "pink": ("pink", "pink", "pink", "rose", "pale pink"),
    "white": ("white", "white", "white", "snow-white", "whitewashed", "cream"),
    "brown": ("brown", "brown", "wooden"),
    "grey": ("grey", "gray", "stone"),
}
