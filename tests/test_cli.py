"""The command line, as a script sees it: exit codes, one line on stderr, JSON on stdout."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from studio.__main__ import main
from studio.cli import _parser
from studio.cli_generate import request_from
from studio.request.events import Finished, Made, Picture
from studio.request.pixels import Pixels
from studio.settings.paths import Home
from studio.shelves import models_of

ROOT = Path(__file__).parent.parent


@pytest.fixture
def said(capsys):
    """Runs a command in this process: its exit code and the lines it printed."""

    def run(*arguments: str) -> tuple[int, list[str], list[str]]:
        code = main(list(arguments))
        out, err = capsys.readouterr()
        return code, out.splitlines(), err.splitlines()

    return run


@pytest.fixture
def picture(tmp_path):
    path = tmp_path / "source.png"
    array = np.zeros((256, 256, 3), np.uint8)
    array[:128], array[128:] = (90, 150, 220), (70, 120, 60)
    Image.fromarray(array).save(path)
    return path


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--size", "0x256"], "width of 0 pixels"),
        (["--size=-8x256"], "width of -8 pixels"),
        (["--size", "7x9"], "width of 7 pixels"),
        (["--size", "100000x100000"], "width of 100000 pixels"),
        (["--size", "big"], "'big' is not a size"),
        (["--guidance", "nan"], "guidance of nan"),
        (["--guidance", "much"], "'much' is not a number"),
        (["--steps", "0"], "number of steps of 0"),
        (["--steps", "2.5"], "'2.5' is not a whole number"),
        (["--seed", str(2**64)], "seed of"),
        (["--count", "17"], "number of pictures of 17"),
        (["--sampler", "Quick"], "no sampler called 'Quick'"),
        (["--model", "nothing"], "no model called 'nothing'"),
        (["--mask", "m.png"], "--mask needs a picture"),
        (["--image", "nowhere.png"], "nowhere.png"),
        (["--output", "picture.txt"], ".txt"),
        (["--output", "/dev/null/picture.png"], "--output cannot be used"),
        (["--output", "/dev/null/pictures"], "--output cannot be used"),
        (["--previews", "/dev/null/previews"], "--previews cannot be used"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(said, options, words):
    code, out, err = said("generate", "a lake", *options)
    assert (code, len(out), len(err)) == (2, 0, 1)
    assert words in err[0]


def test_a_very_long_prompt_is_refused(said):
    code, _, err = said("generate", "x" * 100_000)
    assert code == 2
    assert "100,000 characters" in err[0]


@pytest.mark.parametrize("damage", ["truncated", "text", "empty"])
def test_a_damaged_source_is_named(said, picture, damage):
    data = picture.read_bytes()
    picture.write_bytes({"truncated": data[: len(data) // 2], "text": b"hello", "empty": b""}[damage])
    code, _, err = said("generate", "a lake", "--image", str(picture))
    assert (code, len(err)) == (2, 1)
    assert "source.png" in err[0]


@pytest.mark.parametrize("expand", ["1,2,3", "a,b,c,d", "-1,0,0,0"])
def test_odd_sides_to_expand_are_refused(said, picture, expand):
    code, _, err = said("generate", "a lake", "--image", str(picture), f"--expand={expand}")
    assert (code, len(err)) == (2, 1)


@pytest.mark.logs
def test_a_picture_whose_place_is_gone_when_it_is_finished_is_not_lost(said, tmp_path, monkeypatch):
    class Painter:
        def run(self, request, report):
            (tmp_path / "out").rmdir()
            (tmp_path / "out").write_text("in the way")
            picture = Picture(pixels=Pixels(np.zeros((256, 256, 3), np.uint8)), request=request)
            report(Made(0, picture))
            return Finished((picture,))

    monkeypatch.setattr("studio.cli_generate.pipeline_of", lambda *_: Painter())
    code, out, err = said("generate", "a lake", "--output", str(tmp_path / "out" / "lake.png"))
    assert (code, out, len(err)) == (1, [], 1)
    kept = Path(err[0].split("kept as ")[1].strip("'."))
    with Image.open(kept) as image:
        assert image.size == (256, 256)


def test_a_drawing_of_the_window_leaves_no_unsaved_work_behind(tmp_path, picture):
    """In a process of its own: it sets up its own screen."""
    home = Home.find(os.environ)
    home.prepare()
    studio = [sys.executable, "-m", "studio"]
    subprocess.run([*studio, "gallery", "import", str(picture)], check=True, cwd=ROOT, capture_output=True)
    subprocess.run([*studio, "screenshot", str(tmp_path / "w.png")], check=True, cwd=ROOT, capture_output=True)
    assert (tmp_path / "w.png").exists()
    assert list(home.journal.iterdir()) == []


def test_what_the_disk_refuses_is_one_line(said):
    code, out, err = said("screenshot", "/dev/null/window.png")
    assert (code, out, len(err)) == (1, [], 1)
    assert "/dev/null" in err[0]


@pytest.mark.parametrize("kind", ["cmyk", "deep", "animated", "turned", "see-through"])
def test_odd_sources_become_requests(picture, kind, tmp_path):
    """What a camera, a scanner or the web gives is taken as it was meant."""
    with Image.open(picture) as image:
        path = tmp_path / f"{kind}.{'jpg' if kind in ('cmyk', 'turned') else 'png'}"
        match kind:
            case "cmyk":
                image.convert("CMYK").save(path)
            case "deep":
                Image.fromarray(np.full((256, 128), 40_000, np.uint16)).save(path)
            case "animated":
                image.save(path, save_all=True, append_images=[image.rotate(90)])
            case "turned":
                exif = Image.Exif()
                exif[0x0112] = 6
                image.crop((0, 0, 256, 128)).save(path, exif=exif)
            case "see-through":
                image.putalpha(60)
                image.save(path)
    options = _parser(["generate"]).parse_args(["generate", "a lake", "--image", str(path)])
    source = request_from(options, models_of(Home.find(os.environ)))[0].source
    expected = {"deep": (256, 128), "turned": (256, 128)}.get(kind, (256, 256))
    assert source.array.shape[:2] == expected


def test_a_home_that_cannot_be_made_is_told(said, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("SFUMATO_HOME", str(tmp_path / "file" / "home"))
    code, out, err = said("generate", "a lake")
    assert (code, len(out), len(err)) == (1, 0, 1)
    assert "cannot be used" in err[0]


@pytest.mark.logs
def test_a_damaged_settings_file_is_set_aside_and_said(said, tmp_path, monkeypatch):
    home = tmp_path / "home"
    home.mkdir()
    (home / "settings.json").write_text('{"theme": "li')
    code, _, err = said("gallery", "list")
    assert (code, len(err)) == (0, 1)
    assert err[0].startswith("sfumato: The settings file was damaged")
    assert (home / "settings.damaged-1.json").read_text() == '{"theme": "li'


@pytest.mark.model
def test_generate_tells_every_step_and_ends_with_the_pictures(said, tmp_path):
    code, out, err = said(
        "generate", "the sea at night", "--steps", "3", "--seed", "5", "--count", "2", "--json",
        "--output", str(tmp_path / "made"), "--previews", str(tmp_path / "previews"),
    )  # fmt: skip
    events = [json.loads(line) for line in out]
    assert (code, err) == (0, [])
    assert [event["event"] for event in events].count("step") == 6
    last = events[-1]
    assert last["event"] == "finished"
    assert [made["seed"] for made in last["pictures"]] == [5, 6]
    for made in last["pictures"]:
        with Image.open(made["path"]) as image:
            assert image.size == (made["width"], made["height"]) == (256, 256)
    assert len(list((tmp_path / "previews").glob("*.png"))) == 6


@pytest.mark.model
def test_what_is_not_masked_stays_bit_identical(said, picture, tmp_path):
    mask = np.zeros((256, 256), np.uint8)
    mask[100:180, 60:200] = 255
    Image.fromarray(mask).save(tmp_path / "mask.png")
    out = tmp_path / "out.png"
    code, lines, _ = said(
        "generate", "a house", "--image", str(picture), "--mask", str(tmp_path / "mask.png"), "--steps", "3",
        "--seed", "1", "--output", str(out),
    )  # fmt: skip
    assert (code, lines) == (0, [str(out)])
    before, after = (np.asarray(Image.open(path).convert("RGB")) for path in (picture, out))
    assert np.array_equal(before[mask == 0], after[mask == 0])
    assert (before[mask > 0] != after[mask > 0]).any(1).mean() > 0.5


@pytest.mark.model
def test_expanding_keeps_the_old_picture_and_grows_it(said, picture, tmp_path):
    out = tmp_path / "wide.png"
    code, _, _ = said(
        "generate", "hills", "--image", str(picture), "--expand", "0,0,128,0", "--steps", "3", "--output", str(out)
    )
    assert code == 0
    before, after = (np.asarray(Image.open(path).convert("RGB")) for path in (picture, out))
    assert after.shape == (256, 384, 3)
    assert np.array_equal(before, after[:, :256])


def test_convert_goes_there_and_back_without_a_change(said, picture, tmp_path):
    document, back = tmp_path / "picture.ora", tmp_path / "back.png"
    assert said("convert", str(picture), str(document)) == (0, [str(document)], [])
    assert said("convert", str(document), str(back))[0] == 0
    before, after = (np.asarray(Image.open(path).convert("RGB")) for path in (picture, back))
    assert np.array_equal(before, after)


def test_convert_writes_as_it_is_told(said, picture, tmp_path):
    small, large, grey = tmp_path / "small.jpg", tmp_path / "large.jpg", tmp_path / "grey.png"
    assert said("convert", str(picture), str(small), "--quality", "20", "--no-profile")[0] == 0
    assert said("convert", str(picture), str(large), "--quality", "95")[0] == 0
    assert small.stat().st_size < large.stat().st_size / 2
    with Image.open(small) as kept:
        assert "icc_profile" not in kept.info
    assert said("convert", str(picture), str(grey), "--colours", "grey")[0] == 0
    with Image.open(grey) as kept:
        assert kept.mode == "L"
    for wrong in (("--quality", "0"), ("--paper", "blue"), ("--compression", "lzw")):
        assert said("convert", str(picture), str(grey), *wrong)[0] == 2


@pytest.mark.parametrize(("source", "target"), [("nowhere.png", "out.ora"), ("", "out.txt")])
def test_convert_refuses_what_it_cannot_do(said, picture, tmp_path, source, target):
    code, _, err = said("convert", source or str(picture), str(tmp_path / target))
    assert (code, len(err)) == (2, 1)


def test_models_are_listed_and_explained(said, tmp_path):
    code, out, _ = said("models", "list", "--json")
    assert code == 0
    assert json.loads(out[0])["usable"] is True
    (tmp_path / "old.ckpt").write_bytes(b"\x80\x02}q\x00.")
    code, out, _ = said("models", "info", str(tmp_path / "old.ckpt"), "--json")
    facts = json.loads(out[0])
    assert (code, facts["usable"]) == (0, False)
    assert "run code" in facts["reason"]


def test_the_embedded_model_cannot_be_removed(said):
    code, _, err = said("models", "remove", "scenes")
    assert code == 2
    assert "ships with the studio" in err[0]


def test_a_folder_of_models_is_used_in_place(said, tmp_path):
    folder = tmp_path / "my models"
    folder.mkdir()
    (folder / "broken.safetensors").write_bytes(b"not really")
    assert said("models", "add", str(folder))[0] == 0
    _, out, _ = said("models", "list")
    assert any("broken.safetensors" in line and "cannot be used" in line for line in out)


@pytest.mark.parametrize("command", [["--version"], ["--help"], ["generate", "--help"], ["models", "--help"]])
def test_help_is_there(said, command):
    code, out, err = said(*command)
    assert (code, err) == (0, [])
    assert out


def test_an_unknown_command_is_bad_input(said):
    code, _, err = said("dance")
    assert (code, len(err)) == (2, 1)


def test_the_program_starts_as_a_module():
    result = subprocess.run(
        [sys.executable, "-m", "studio", "--version"], capture_output=True, text=True, cwd=ROOT, env=os.environ
    )
    assert result.stdout.startswith("Sfumato ")
