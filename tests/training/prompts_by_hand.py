"""Prompts as people write them, and what they ask for. Written by hand, not by the caption writer."""

from __future__ import annotations


def asks(text: str) -> dict[str, str]:
    """ "place=sea moon boat.colour=red" -> {"place": "sea", "moon.present": "present", ...}"""
    found: dict[str, str] = {}
    for word in text.split():
        name, _, value = word.partition("=")
        if value:
            found[name] = value
        else:
            found[f"{name}.present"] = "present"
    return found


PROMPTS: tuple[tuple[str, str], ...] = (
    ("the sea at night, a full moon, stars, a sailboat with red sails",
     "place=sea time=night moon moon.shape=full stars boat boat.colour=red"),
    ("red barn in the snow", "place=snow house house.colour=red"),
    ("sunny day on the beach w/ palm trees", "place=beach time=noon sun palm"),
    ("a lighthouse at dawn", "lighthouse time=dawn"),
    ("mountains", "place=mountains"),
    ("a castle on a hill at sunset", "castle place=hills time=sunset"),
    ("three hot air balloons over the desert", "balloon balloon.count=three place=desert"),
    ("watercolor of a village in the fog", "style=watercolour place=village weather=fog"),
    ("northern lights over a frozen winter landscape with pine trees", "aurora place=snow pine"),
    ("pixel art city at night", "style=pixel place=city time=night"),
    ("two white sheep on a green meadow, windmill on the right",
     "sheep sheep.count=two place=meadow windmill windmill.position=right"),
    ("a blue house on the left and a yellow tent on the right, by a lake",
     "house house.colour=blue house.position=left tent tent.colour=yellow tent.position=right place=lake"),
    ("ukiyo-e print of the ocean waves with a boat", "style=woodblock place=sea boat"),
    ("thunderstorm over the mountains", "weather=storm place=mountains"),
    ("cherry blossom trees along a river, pink sky", "tree tree.colour=pink place=river hue=pink"),
    ("cozy cabin in the woods, evening", "house place=forest time=sunset"),
    ("a crescent moon above the dunes", "moon moon.shape=crescent place=desert"),
    ("oil painting, sunflowers in a field, midday", "style=oil flowers flowers.colour=yellow place=meadow time=noon"),
    ("paper cut art of an island with palms", "style=papercut place=island palm"),
    ("misty forest in the early morning", "weather=fog place=forest time=dawn"),
    ("rainbow after the rain over green hills", "rainbow weather=storm place=hills"),
    ("a stone bridge over the river", "bridge bridge.colour=grey place=river"),
    ("red bridge in the city", "bridge bridge.colour=red place=city"),
    ("pencil sketch of birch trees", "style=pencil birch"),
    ("birds flying over the beach at sunset", "birds place=beach time=sunset"),
    ("purple sky, palm trees, sea", "hue=purple palm place=sea"),
    ("ink wash painting of mountains in mist", "style=ink place=mountains weather=fog"),
    ("snow is falling on a small village at night", "weather=snowfall place=village time=night"),
    ("a big red balloon in the middle, cloudy sky",
     "balloon balloon.colour=red balloon.position=centre weather=clouds"),
    ("autumn trees around a lake", "tree tree.colour=orange place=lake"),
    ("egyptian pyramids at noon", "pyramid time=noon"),
    ("a winding path through a flower meadow", "path place=meadow flowers"),
    ("lanterns floating in the night sky over the lake", "lanterns time=night place=lake"),
    ("a lonely cactus in the desert, big sun", "cactus place=desert sun sun.distance=near"),
    ("a wooden fence, a white cottage, red flowers", "fence house house.colour=white flowers flowers.colour=red"),
    ("seaside cliffs with a lighthouse far away", "place=beach lighthouse lighthouse.distance=far"),
    ("green sky over the sea", "hue=green place=sea"),
    ("ship on the ocean in a storm", "boat place=sea weather=storm"),
    ("a fairytale castle, dreamy, pink clouds", "castle weather=clouds"),
    ("camping: an orange tent under the stars", "tent tent.colour=orange stars"),
    ("winter wonderland with christmas trees", "place=snow pine"),
    ("skyscrapers at dusk", "place=city time=sunset"),
    ("a mountain lake at sunrise, reflections", "place=lake time=dawn peaks"),
    ("rocks on the shore, moonlight", "rocks place=beach moon time=night"),
    ("at night, by the sea, a castle", "time=night place=sea castle"),
    ("a minimalist poster of a windmill in the fields", "style=flat windmill place=meadow"),
    ("8-bit mountains, sunset", "style=pixel place=mountains time=sunset"),
    ("van gogh style starry night over a village", "style=oil stars time=night place=village"),
    ("three green boats on a lake", "boat boat.colour=green boat.count=three place=lake"),
    ("distant mountains behind a yellow farmhouse", "peaks house house.colour=yellow"),
    ("Desert. Night. Stars. A white tent.", "place=desert time=night stars tent tent.colour=white"),
    ("a view of the hills, foggy, with one oak tree", "place=hills weather=fog tree tree.count=one"),
    ("an astronaut riding a horse on the beach", "place=beach"),
    ("beautiful landscape, highly detailed, 8k", ""),
    ("a cyberpunk dragon eating ramen", ""),
    ("a dog", ""),
    ("portrait of an old man in the mountains at dawn", "place=mountains time=dawn"),
    ("teal sky above a snowy village with blue houses", "hue=teal place=village house house.colour=blue"),
    ("lavender field, windmill, noon", "flowers flowers.colour=purple windmill time=noon"),
    ("a pair of palm trees to the right of a pink house on an island",
     "palm palm.count=two house house.colour=pink place=island"),
    ("clear sky, a lake, pine trees, a red and white lighthouse",
     "weather=clear place=lake pine lighthouse lighthouse.colour=red"),
    ("NIGHT CITY RAIN", "time=night place=city weather=storm"),
    ("forest", "place=forest"),
    ("sunset", "time=sunset"),
    ("", ""),
)  # fmt: skip
