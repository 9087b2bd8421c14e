"""Found, explained, noted, moved, put away."""

from __future__ import annotations

import hashlib

import torch
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QPushButton

from studio.ui.models.wanted import Place
from tests.library.weights import SD15, safetensors


def test_an_empty_library_says_what_to_do(shop):
    assert shop.names == []
    assert "Add a folder" in shop.page.grid.empty[1]


def test_weights_are_shown_by_kind_and_family_and_found_by_words(full):
    assert full.names == ["Big", "Dream"]
    assert full.place(Place.KIND, "lora").count == 1
    assert full.names == ["ink style"]
    assert full.place(Place.FAMILY, "sdxl").count == 2
    assert full.names == ["Big", "ink style"]
    full.place(Place.ALL)
    full.page.search.setText("inkwash")
    full.qtbot.waitUntil(lambda: full.names == ["ink style"])
    full.page.search.setText("nothing such")
    full.qtbot.waitUntil(lambda: full.names == [])
    assert full.page.grid.empty[0] == "Nothing of that name"


def test_a_model_is_used_with_a_click(full):
    full.choose("Dream")
    with full.qtbot.waitSignal(full.page.used) as used:
        full.press("Use this model")
    assert used.args[0].path == full.folder / "Dream.safetensors"
    full.in_use = used.args[0].path
    full.page.hide()
    full.page.show()
    QApplication.processEvents()
    assert any(each.text() == "In use" and not each.isEnabled() for each in full.page.details.findChildren(QPushButton))


def test_what_is_not_usable_says_why_in_plain_words(full):
    assert full.place(Place.UNUSABLE).count == 1
    full.choose("speech")
    assert any("not known here" in text for text in full.words)
    assert any(text.startswith("Looked for:") for text in full.words)


def test_a_lora_of_no_known_family_says_what_was_looked_for_and_can_be_told(full):
    odd = {"lora_unet_x.lora_down.weight": [4, 5], "lora_unet_x.lora_up.weight": [5, 4]}
    safetensors(full.folder / "odd.safetensors", odd)
    full.look()
    full.place(Place.KIND, "lora")
    full.choose("odd")
    assert any("could not be told" in text for text in full.words)
    looked = next(text for text in full.words if text.startswith("Looked for:"))
    assert "Stable Diffusion XL: attn2" in looked
    assert "there is 'unet/x' with 5 inputs instead" in looked
    box = next(each for each in full.page.details.findChildren(type(full.page.sort), "family"))
    full.qtbot.keyClick(box, Qt.Key.Key_Down)
    [entry] = [each for each in full.models.entries() if each.name == "odd"]
    assert entry.found.family == box.itemData(1)
    assert entry.doubt == ""


def test_notes_tags_and_defaults_are_kept_and_trigger_words_copied(full):
    full.choose("Dream")
    full.say("tags", "portrait, ink")
    full.say("steps", "14")
    full.say("size", "640 x 512")
    full.say("guidance", "many")
    assert full.field("guidance").property("wrong") is True
    [model] = [each for each in full.models.all() if each.title == "Dream"]
    assert (model.defaults.steps, str(model.defaults.size)) == (14, "640 × 512")
    full.place(Place.TAG, "ink")
    assert full.names == ["Dream"]
    full.place(Place.KIND, "lora")
    full.choose("ink style")
    copy = next(
        button
        for button in full.page.details.findChildren(type(full.page.again))
        if button.accessibleName().startswith("Copy the") and button.isVisibleTo(full.page)
    )
    full.qtbot.mouseClick(copy, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == "inkwash"


def test_what_is_typed_is_not_lost_when_something_else_is_chosen(full):
    full.choose("Dream")
    notes = full.page.details._notes._field
    notes.setPlainText("good with ink")
    full.choose("Big")
    [entry] = [each for each in full.models.entries() if each.name == "Dream"]
    assert entry.notes.text == "good with ink"


def test_what_headers_cannot_tell_can_be_said(full):
    full.choose("Big")
    box = next(each for each in full.page.details.findChildren(type(full.page.sort), "prediction"))
    box.setCurrentIndex(box.findData("v"))
    box.activated.emit(box.currentIndex())
    [model] = [each for each in full.models.all() if each.title == "Big"]
    assert "v-prediction" in model.traits


def test_nothing_in_the_panel_is_wider_than_the_panel(full):
    shapes = {"double_blocks.0.img_attn.norm.key_norm.scale": [128], "img_in.weight": [3072, 64]}
    safetensors(full.folder / f"flux {'with a name that does not end ' * 4}.safetensors", shapes)
    full.look()
    full.place(Place.UNUSABLE)
    for name in full.names:
        full.choose(name)
        details = full.page.details
        full.qtbot.waitUntil(lambda: full.page.details._body.width() > 0)
        assert details.horizontalScrollBar().maximum() == 0
        assert details._body.minimumSizeHint().width() <= details.viewport().width(), name


def test_a_file_that_is_gone_is_shown_until_it_is_taken_off(full):
    (full.folder / "Dream.safetensors").unlink()
    full.look()
    assert full.names == ["Big"]
    full.place(Place.MISSING)
    full.choose("Dream")
    full.press("Take it off the list")
    assert full.place(Place.MISSING) is None
    assert "Dream" not in [entry.name for entry in full.models.entries()]


def test_duplicates_are_shown_together(full):
    safetensors(full.folder / "again" / "Dream copy.safetensors", SD15)
    full.look()
    assert full.place(Place.DUPLICATES).count == 2
    assert sorted(full.names) == ["Dream", "Dream copy"]


def test_weights_are_moved_and_moved_back(full, tmp_path):
    full.choose("Dream")
    with full.qtbot.waitSignal(full.work.looked):
        full.page.acts.move(full.page.grid.current, full.folder / "good")
    assert (full.folder / "good" / "Dream.safetensors").exists()
    assert full.names == ["Big", "Dream"]
    with full.qtbot.waitSignal(full.work.looked):
        full.qtbot.mouseClick(full.remedy(), Qt.MouseButton.LeftButton)
    assert (full.folder / "Dream.safetensors").exists()


def test_what_is_put_away_can_be_put_back(full, monkeypatch, tmp_path):
    def trash(path):
        there = tmp_path / "trash" / path.name
        there.parent.mkdir(exist_ok=True)
        path.rename(there)
        return True, there

    monkeypatch.setattr("studio.ui.models.acts._to_trash", trash)
    full.choose("Dream")
    with full.qtbot.waitSignal(full.work.looked):
        full.qtbot.keyClick(full.page, Qt.Key.Key_Delete)
    assert full.names == ["Big"]
    with full.qtbot.waitSignal(full.work.looked):
        full.qtbot.mouseClick(full.remedy(), Qt.MouseButton.LeftButton)
    assert full.names == ["Big", "Dream"]


def test_a_folder_of_another_program_is_added_and_left_again(full, tmp_path):
    comfy = tmp_path / "ComfyUI"
    safetensors(comfy / "models" / "checkpoints" / "third.safetensors", SD15)
    (comfy / "folder_paths.py").write_text("")
    with full.qtbot.waitSignal(full.work.looked):
        full.page.acts.add_folder(comfy)
    assert full.names == ["Big", "Dream", "third"]
    with full.qtbot.waitSignal(full.work.looked):
        full.page.acts.remove_folder(comfy)
    assert full.names == ["Big", "Dream"]
    with full.qtbot.waitSignal(full.work.looked):
        full.qtbot.mouseClick(full.remedy(), Qt.MouseButton.LeftButton)
    assert "third" in full.names


def test_a_new_file_in_a_folder_is_seen_by_itself(full):
    safetensors(full.folder / "Another.safetensors", SD15)
    full.qtbot.waitUntil(lambda: "Another" in full.names, timeout=8000)


def test_a_file_that_is_being_copied_is_read_again_when_it_is_whole(full):
    whole = safetensors(full.folder.parent / "later.safetensors", SD15).read_bytes()
    path = full.folder / "Copied.safetensors"
    path.write_bytes(whole[:-100])
    full.look()
    full.place(Place.UNUSABLE)
    full.choose("Copied")
    assert any("incomplete" in text for text in full.words)
    with path.open("ab") as file:  # nobody tells the folder of that
        file.write(whole[-100:])
    full.place(Place.MODELS)
    full.qtbot.waitUntil(lambda: "Copied" in full.names, timeout=8000)


def test_a_disk_that_is_taken_out_costs_nothing_and_is_seen_when_it_is_back(full):
    away = full.folder.with_name("in the drawer")
    full.folder.rename(away)
    full.qtbot.waitUntil(lambda: full.names == [], timeout=8000)
    assert full.place(Place.MISSING).count == 4
    away.rename(full.folder)
    full.place(Place.MODELS)
    full.qtbot.waitUntil(lambda: full.names == ["Big", "Dream"], timeout=8000)


def test_a_file_that_is_renamed_keeps_what_was_said_about_it(full):
    full.choose("Dream")
    full.say("tags", "ink")
    (full.folder / "Dream.safetensors").rename(full.folder / "Night.safetensors")
    full.qtbot.waitUntil(lambda: "Night" in full.names, timeout=8000)
    full.place(Place.TAG, "ink")
    assert sorted(entry.name for entry in full.page.model.entries if not entry.missing) == ["Night"]


def test_files_are_copied_and_pickles_converted_after_a_question(full, tmp_path):
    path = safetensors(tmp_path / "else" / "New.safetensors", SD15)
    with full.qtbot.waitSignal(full.work.looked):
        full.page.acts.add_files([path])
    assert (full.own / "New.safetensors").exists()
    torch.save({"emb_params": torch.zeros(2, 768)}, tmp_path / "else" / "word.pt")
    full.page.acts.add_files([tmp_path / "else" / "word.pt"])
    assert "can run code" in full.told[-1]
    assert not (full.own / "word.safetensors").exists(), "not before it is agreed to"
    with full.qtbot.waitSignal(full.work.looked):
        full.qtbot.mouseClick(full.remedy(), Qt.MouseButton.LeftButton)
    full.place(Place.KIND, "embedding")
    assert full.names == ["word"]


def test_hashes_are_computed_behind_the_window(full):
    with full.qtbot.waitSignal(full.work.changed):
        full.work.hash_all()
    full.choose("Dream")
    digest = hashlib.sha256((full.folder / "Dream.safetensors").read_bytes()).hexdigest()
    assert digest[:10] in full.words


def test_a_bar_is_shown_only_where_there_is_something_to_scroll(full):
    bar = full.page.grid.verticalScrollBar()
    full.page.resize(900, 700)
    full.qtbot.waitUntil(lambda: bar.maximum() == 0)
    clear = bar.grab().toImage()
    assert len({clear.pixelColor(clear.width() // 2, y).name() for y in range(clear.height())}) == 1
    for number in range(30):
        safetensors(full.folder / f"{number}.safetensors", SD15)
    full.look()
    full.qtbot.waitUntil(lambda: bar.maximum() > 0)
    shown = bar.grab().toImage()
    assert len({shown.pixelColor(shown.width() // 2, y).name() for y in range(shown.height())}) > 1
