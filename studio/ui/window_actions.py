"""The actions of the main window, as data. Tools of the canvas and the gallery add theirs to the same table."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from studio.settings.settings import THEMES, Theme
from studio.ui.actions import Action, Where
from studio.ui.window_pages import CANVAS, GALLERY, PAGES, keys_of

if TYPE_CHECKING:
    from studio.ui.window import MainWindow


def window_actions(window: MainWindow) -> list[Action]:
    """In the order of the menus."""
    return [*_file(window), *_edit(window), *_picture(window), *_view(window), *_help(window)]


def _file(window: MainWindow) -> list[Action]:
    return [
        Action(
            id="file.open_picture",
            title="Place a picture …",
            group="File",
            section="documents",
            run=window.deeds.choose_picture,
            help="Puts a picture of yours on the canvas as a layer, to work over it.",
            icon="image-plus",
        ),
        Action(
            id="file.open_gallery_folder",
            title="Show the folder of the gallery",
            group="File",
            section="gallery",
            run=window.deeds.show_gallery_folder,
            icon="folder-open",
            help="Every finished picture is there, with all its settings inside.",
        ),
        Action(
            id="file.quit",
            title="Quit",
            group="File",
            section="end",
            icon="log-out",
            run=window.close,
            keys=("Ctrl+Q",),
        ),
    ]


def _edit(window: MainWindow) -> list[Action]:
    stack = window.document.undo_stack
    return [
        Action(
            id="edit.undo",
            title="Undo",
            group="Edit",
            run=stack.undo,
            keys=("Ctrl+Z",),
            enabled_when=lambda: window.workspace != GALLERY and stack.canUndo(),
            icon="undo-2",
            repeats=True,
        ),
        Action(
            id="edit.redo",
            title="Redo",
            group="Edit",
            run=stack.redo,
            keys=("Ctrl+Shift+Z", "Ctrl+Y"),
            enabled_when=lambda: window.workspace != GALLERY and stack.canRedo(),
            icon="redo-2",
            repeats=True,
        ),
        Action(
            id="edit.copy",
            title="Copy",
            group="Edit",
            section="clipboard",
            run=window.deeds.copy_shown,
            keys=("Ctrl+C",),
            enabled_when=window.deeds.can_copy,
            where=Where.CANVAS,
            icon="copy",
            help="What is selected of the layer, or all of it; or the finished picture that is shown.",
        ),
        Action(
            id="edit.paste",
            title="Paste",
            group="Edit",
            section="clipboard",
            run=window.deeds.paste,
            keys=("Ctrl+V",),
            icon="clipboard-paste",
            help="A copied picture, or a copied file, becomes a layer, at the place that it was copied from.",
        ),
        Action(
            id="edit.paste_source",
            title="Paste a picture to start from",
            group="Edit",
            section="clipboard",
            run=window.deeds.paste_source,
            keys=("Ctrl+Shift+V",),
            help="A layer that the next picture is made over, at less than full strength.",
        ),
        Action(
            id="edit.preferences",
            title="Preferences …",
            group="Edit",
            section="settings",
            run=window.deeds.show_preferences,
            keys=("Ctrl+,",),
            icon="settings",
            help="Colours, size, previews, memory: how the program behaves.",
        ),
        Action(
            id="edit.shortcuts",
            title="Keyboard shortcuts …",
            group="Edit",
            section="settings",
            run=window.deeds.show_shortcuts,
            keys=("Ctrl+Alt+K",),
            icon="keyboard",
        ),
    ]


def _picture(window: MainWindow) -> list[Action]:
    generation, page = window.generation, window.page
    return [
        Action(
            id="picture.generate",
            title="Generate",
            group="Picture",
            run=window.deeds.generate,
            keys=("Ctrl+Enter", "Ctrl+Return"),
            enabled_when=window.deeds.can_generate,
            icon="sparkles",
            help="Does what the main button says.",
        ),
        Action(
            id="picture.generate_next",
            title="Generate before all that wait",
            group="Picture",
            run=window.deeds.generate_first,
            keys=("Ctrl+Shift+Enter", "Ctrl+Shift+Return"),
            enabled_when=lambda: window.deeds.can_generate() and generation.running is not None,
            icon="list-ordered",
        ),
        Action(
            id="picture.cancel",
            title="Cancel",
            group="Picture",
            run=window.deeds.cancel,
            keys=("Escape",),
            enabled_when=lambda: (
                window.workspace != GALLERY
                and (generation.running is not None or page.proposal.item is not None or window.deeds.busy)
            ),
            icon="stop",
            help="Discards the pictures of an edit, or stops what is in the making, or shows the canvas as it is.",
        ),
        Action(
            id="picture.cancel_all",
            title="Cancel all",
            group="Picture",
            run=window.engine.cancel_all,
            keys=("Ctrl+Shift+Escape",),
            enabled_when=lambda: generation.running is not None,
            icon="list-x",
        ),
        Action(
            id="picture.apply",
            title="Put the finished picture on the canvas",
            group="Picture",
            section="result",
            run=page.proposal.apply,
            keys=("Enter", "Return"),
            enabled_when=lambda: page.proposal.ready,
            where=Where.CANVAS,
            icon="check",
        ),
        Action(
            id="picture.keep",
            title="Keep the finished picture as a hidden layer",
            group="Picture",
            section="result",
            run=page.proposal.keep,
            keys=("Shift+Enter", "Shift+Return"),
            enabled_when=lambda: page.proposal.ready,
            where=Where.CANVAS,
            icon="layers-plus",
        ),
        *(
            Action(
                id=f"picture.{name}",
                title=f"{name.title()} picture of the request",
                group="Picture",
                section="result",
                run=lambda by=by: page.proposal.go(by),
                keys=(key,),
                enabled_when=lambda: page.proposal.ready and len(page.proposal.finished) > 1,
                where=Where.CANVAS,
                icon=f"chevron-{key.lower()}",
                repeats=True,
            )
            for name, key, by in (("previous", "Left", -1), ("next", "Right", 1))
        ),
        Action(
            id="picture.discard",
            title="Discard the finished picture",
            group="Picture",
            section="result",
            run=window.deeds.discard_shown,
            enabled_when=lambda: page.proposal.ready,
            icon="trash-2",
            help="It stays in the gallery.",
        ),
        Action(
            id="picture.new_seed",
            title="New seed",
            group="Picture",
            section="seed",
            run=window.deeds.throw_seed,
            keys=("Ctrl+Shift+D",),
            icon="dices",
        ),
        Action(
            id="picture.earlier_prompts",
            title="Earlier prompts",
            group="Picture",
            section="seed",
            run=window.deeds.pick_prompt,
            keys=("Ctrl+H",),
            icon="history",
        ),
    ]


def _view(window: MainWindow) -> list[Action]:
    canvas = window.page.canvas
    preferences = window.preferences

    def on_canvas() -> bool:
        return window.workspace == CANVAS

    return [
        *(
            Action(
                id=f"view.workspace_{title.lower()}",
                title=title,
                group="View",
                run=lambda index=index: window.go_to(index),
                keys=(keys_of(index),),
                checked_when=lambda index=index: window.workspace == index,
                icon=picture,
            )
            for index, (title, picture) in enumerate(PAGES)
        ),
        Action(
            id="view.palette",
            title="Find an action …",
            group="View",
            section="palette",
            run=window.deeds.open_palette,
            keys=("Ctrl+K",),
            icon="search",
        ),
        Action(
            id="view.zoom_in",
            title="Zoom in",
            group="View",
            section="zoom",
            run=canvas.zoom_in,
            keys=("Ctrl++", "Ctrl+="),
            enabled_when=on_canvas,
            icon="zoom-in",
            repeats=True,
        ),
        Action(
            id="view.zoom_out",
            title="Zoom out",
            group="View",
            section="zoom",
            run=canvas.zoom_out,
            keys=("Ctrl+-",),
            enabled_when=on_canvas,
            icon="zoom-out",
            repeats=True,
        ),
        Action(
            id="view.hide_panels",
            title="Hide or show all panels",
            group="View",
            section="panels",
            run=window.page.toggle_all,
            keys=("Tab",),
            enabled_when=on_canvas,
            where=Where.CANVAS,
        ),
        Action(
            id="view.next_part",
            title="Next part of the window",
            group="View",
            section="panels",
            run=window.deeds.next_part,
            keys=("F6",),
            help="Brings the keyboard from the prompt to the canvas, the results and the queue.",
        ),
        Action(
            id="view.advanced",
            title="Advanced controls",
            group="View",
            section="options",
            run=window.prompt.advanced.toggle,
            checked_when=window.prompt.advanced.isChecked,
        ),
        Action(
            id="view.reduce_motion",
            title="Reduce motion",
            group="View",
            section="options",
            run=lambda: preferences.change(reduce_motion=not preferences.now.reduce_motion),
            checked_when=lambda: preferences.now.reduce_motion,
        ),
        *(
            Action(
                id=f"view.theme_{name}",
                title=f"Colours: {THEMES[name].lower()}",
                group="View",
                section="theme/Colours",
                run=lambda name=name: window.deeds.set_theme(name),
                checked_when=lambda name=name: preferences.now.theme == name,
            )
            for name in get_args(Theme)
        ),
    ]


def _help(window: MainWindow) -> list[Action]:
    return [
        Action(
            id="help.pages",
            title="How it works",
            group="Help",
            run=window.deeds.show_help,
            keys=("F1",),
            icon="circle-help",
            help="The first five minutes, every control, all keys.",
        ),
        Action(
            id="help.about",
            title="About Sfumato",
            group="Help",
            run=window.deeds.show_about,
            icon="info",
        ),
    ]
