"""Every program's way of writing down how a picture was made is read to the letter."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.library.gallery.dialects.samplers import sampler_name
from studio.library.gallery.dialects.table import read_metadata
from studio.library.gallery.infotext import join_parameters, parameters_of, split_infotext, write_infotext
from studio.library.gallery.writing import write_picture
from studio.request.errors import BadInput
from tests.library.gallery.by_hand import array, chunk, png, text
from tests.library.gallery.make_specimens import A1111, FORGE
from tests.library.gallery.requests import picture, request

SPECIMENS = Path(__file__).parent / "specimens"
EXPECTED = json.loads((SPECIMENS / "expected.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", sorted(path.name for path in SPECIMENS.iterdir() if path.suffix != ".json"))
def test_a_specimen_says_what_it_was_made_to_say(name: str) -> None:
    found = read_metadata(SPECIMENS / name)
    facts = found.facts()
    facts.pop("raw")
    facts |= {
        "strength": found.strength,
        "model_hash": found.model_hash,
        "kind": found.kind,
        "loras": [[lora.name, lora.weight, lora.digest] for lora in found.loras],
    }
    assert facts == EXPECTED[name]


def test_nothing_a_file_says_is_lost() -> None:
    found = read_metadata(SPECIMENS / "a1111.png")
    assert found.raw == {"parameters": A1111}
    assert found.facts()["raw"] == A1111
    assert found.others["Hires upscale"] == "2"
    assert json.loads(read_metadata(SPECIMENS / "novelai.png").facts()["raw"])["Software"] == "NovelAI"
    assert read_metadata(SPECIMENS / "forge-stealth.png").facts()["raw"] == FORGE
    assert read_metadata(SPECIMENS / "plain.png").facts()["raw"] is None


def test_our_own_record_comes_first_and_others_read_the_rest(tmp_path: Path) -> None:
    made = picture("a fox\nNegative prompt: not this", strength=0.5)
    path = write_picture(made, tmp_path / "a.png")
    found = read_metadata(path)
    assert found.source == "sfumato"
    assert found.prompt == "a fox\nNegative prompt: not this"
    assert (found.seed, found.sampler, found.guidance) == (42, "DPM++ 2M Karras", 7.0)
    assert "parameters" in found.raw


# What Forge reads, as a regular expression in its grammar: the oracle for our parser of linear time.
FORGE_GRAMMAR = re.compile(r'\s*(\w[\w \-/]+):\s*("(?:\\.|[^\\"])+"|[^,]*)(?:,|$)')
SIGNS = st.sampled_from(list('aB1_ -/:,"\\é\t.x狐'))


@settings(deadline=None, max_examples=300)
@given(st.text(SIGNS, max_size=40))
def test_a_parameter_line_is_split_as_forge_splits_it(line: str) -> None:
    assert list(parameters_of(line)) == FORGE_GRAMMAR.findall(line)


words = st.text(
    st.characters(codec="utf-8", exclude_characters="\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"), max_size=60
)
keys = st.from_regex(r"[A-Za-z][A-Za-z \-/]{1,20}[a-z]", fullmatch=True)
values = words.map(str.strip).filter(lambda value: value and not (value[0] == value[-1] == '"'))


@settings(deadline=None, max_examples=40)
@given(prompt=words.map(str.strip), negative=words.map(str.strip), found=st.dictionaries(keys, values, min_size=3))
def test_an_infotext_that_the_grammar_can_express_comes_back(prompt: str, negative: str, found: dict[str, str]) -> None:
    found = {key: value for key, value in found.items() if key != value and not re.fullmatch(r"\d+x\d+", value)}
    if len(found) < 3 or prompt.startswith("Negative prompt:"):
        return
    text = f"{prompt}\nNegative prompt: {negative}\n{join_parameters(found.items())}"
    assert split_infotext(text) == (prompt, negative, found)


@pytest.mark.parametrize(
    ("text", "prompt", "negative", "some"),
    [
        ("a, b: c", "a, b: c", "", {}),
        ("just words", "just words", "", {}),
        ("", "", "", {}),
        ("Steps: 20, Sampler: Euler a, Seed: 1", "", "", {"Steps": "20"}),
        ("\n\n a \nb\nSteps: 1, Seed: 2, Size: 5x6", "a\nb", "", {"Size-1": "5", "Size-2": "6"}),
        ("a\nNegative prompt: b\nc\nSteps: 1, Seed: 2, CFG scale: 3", "a", "b\nc", {"CFG scale": "3"}),
        ('a\nSteps: 1, Seed: 2, X: 1, Note: "x, \\"y\\": z"', "a", "", {"Note": 'x, "y": z'}),
    ],
)
def test_known_shapes_of_infotext(text: str, prompt: str, negative: str, some: dict[str, str]) -> None:
    found = split_infotext(text)
    assert found[:2] == (prompt, negative)
    assert some.items() <= found[2].items()


END = "Steps: 1, Seed: 2, CFG scale: 3"
READ = {"Steps": "1", "Seed": "2", "CFG scale": "3"}


@pytest.mark.parametrize(
    ("text", "prompt", "negative", "found"),
    [
        (f"a\nNegative prompt: b\nNegative prompt: c\n{END}", "a", "b\nc", READ),
        (f"a\nNegative prompt:\nb\n{END}", "a", "\nb".strip(), READ),
        ("a\nSteps: 20, Seed: 1", "a\nSteps: 20, Seed: 1", "", {}),
        ("red: one, green: two, blue: three", "", "", {"red": "one", "green": "two", "blue": "three"}),
        (f"a  \n\n b\t\n{END}", "a\n\nb", "", READ),
        (f"\n\n  a\n{END}", "a", "", READ),
        (
            "a\nSteps: 1 , Seed: 2, CFG scale:  3, Note: two words ",
            "a",
            "",
            READ | {"Steps": "1 ", "Note": "two words"},
        ),
        (f"a\nEta: , {END}", "a", "", READ),
        (f"a\nX: 5, {END}", "a", "", READ),
        (f"a\n-bad: 1, {END}", "a", "", READ | {"bad": "1"}),
        (f"a\nTiling, {END}", "a", "", READ),
        (f'a\n{END}, Note: "a, b: \\"c\\"\\nd \\\\ 狐"', "a", "", READ | {"Note": 'a, b: "c"\nd \\ 狐'}),
        (f'a\n{END}, Note: "open, Next: 4', "a", "", READ | {"Note": '"open', "Next": "4"}),
        (f"a\n{END}, Hires resize: 1024x1536", "a", "", READ | {"Hires resize-1": "1024", "Hires resize-2": "1536"}),
        (f"Negative prompt: only\n{END}", "", "only", READ),
        (f"a\n{END}\n", "a", "", READ),
    ],
)
def test_the_traps_of_infotext(text: str, prompt: str, negative: str, found: dict[str, str]) -> None:
    """What the grammar cannot say is read as the programs that wrote it read it, loss and all."""
    assert split_infotext(text) == (prompt, negative, found)


def test_infotext_of_ours_reads_back_where_it_can() -> None:
    wanted = request("a fox, (snow:1.2)\nsecond line")
    prompt, negative, found = split_infotext(write_infotext(wanted))
    assert (prompt, negative) == (wanted.prompt.text, "blur")
    assert (found["Seed"], found["Size-1"], found["Schedule type"]) == ("42", "64", "Karras")


@pytest.mark.parametrize(
    ("names", "result"),
    [
        (("dpmpp_2m", "karras"), "DPM++ 2M Karras"),
        (("DPM++ 2M Karras", None), "DPM++ 2M Karras"),
        (("DPM++ 2M", "Automatic"), "DPM++ 2M"),
        (("Euler a", "SGM Uniform"), "Euler a SGM uniform"),
        (("k_euler_ancestral", ""), "Euler a"),
        (("euler_k", None), "Euler Karras"),
        (("dpmpp_sde_gpu", "exponential"), "DPM++ SDE Exponential"),
        (("res_multistep", "beta"), "res_multistep beta"),
        (("Undefined", ""), None),
        ((None, "karras"), None),
    ],
)
def test_samplers_are_called_by_the_names_artists_know(names: tuple[str, str], result: str | None) -> None:
    assert sampler_name(*names) == result


HOSTILE = [
    png(text("parameters", "a" * 3_000_000 + ": ")),
    png(text("prompt", '{"a": ' * 50_000)),
    png(
        text(
            "prompt", json.dumps({"1": {"class_type": "KSampler", "inputs": {"positive": ["1", 0], "seed": ["1", 0]}}})
        )
    ),
    png(
        text("prompt", json.dumps({str(i): {"class_type": "X", "inputs": {"a": [str(i + 1), 0]}} for i in range(4000)}))
    ),
    png(
        text(
            "prompt",
            json.dumps(
                {
                    "s": {"class_type": "KSampler", "inputs": {"positive": ["0", 0], "seed": ["0", 0], "steps": 3}},
                    **{
                        str(i): {
                            "class_type": "C",
                            "inputs": {"conditioning": [str(i + 1), 0], "text": [str(i + 1), 0]},
                        }
                        for i in range(4000)
                    },
                }
            ),
        )
    ),
    png(text("parameters", '{"sui_image_params": {"seed": [1], "steps": {}, "loras": 3, "prompt": 7}}')),
    png(text("invokeai_metadata", '{"model": 3, "loras": {"a": 1}, "seed": -5, "cfg_scale": "NaN"}')),
    png(text("Software", "NovelAI"), text("Comment", "[1, 2")),
    png(chunk(b"zTXt", b"parameters\0\0not zlib")),
    png(chunk(b"iTXt", b"parameters\0\1\0\0\0\xff\xff")),
    png(chunk(b"zTXt", b"sfumato\0\0" + b"x\x9c\x03\0\0\0\0\1")),
    png(text("sfumato", '{"request": {"prompt": 3}, "created": "never"}')),
    png(text("parameters", "<script>alert(1)</script><b>&amp;\x1b[31m\nSteps: 1, Seed: 2, CFG scale: x")),
    png(text("parameters", "\0\xff\xfe")),
    png(pixels=array(130, 4)),
]


@pytest.mark.parametrize("data", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_metadata_never_crash_or_hang(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(data)
    found = read_metadata(path)
    json.dumps(found.facts())


@pytest.mark.parametrize(
    "data", [b"", b"text", b"\x89PNG\r\n\x1a\n", b"RIFF\0\0\0\0WEBP", b"\xff\xd8", b"\0\0\0\x0cftypavif"]
)
def test_what_is_no_picture_says_so_in_one_sentence(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(data)
    with pytest.raises(BadInput) as caught:
        read_metadata(tmp_path / "a.png")
    assert "a.png" in str(caught.value)
    assert "\n" not in str(caught.value)
