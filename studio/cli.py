"""The same rooms without a window: generate, upscale, convert, gallery, models, train, doctor, screenshot.

Exit codes: 0 success, 1 failure, 2 bad input. Errors are one line on stderr; `--json` prints one JSON object a line.
"""

from __future__ import annotations

import argparse
import builtins
import gc
import importlib
import logging
import os
import sys
from collections.abc import Callable
from typing import NoReturn

from studio import __version__
from studio.request.errors import BadInput, CancelledError, Trouble
from studio.settings.logs import logged
from studio.settings.paths import Home, HomeError
from studio.settings.screen import Screen, look
from studio.settings.settings import SettingsFile

SUCCESS, FAILURE, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130

COMMANDS = ("generate", "batch", "upscale", "convert", "gallery", "models", "train", "doctor", "screenshot")
Command = Callable[[argparse.Namespace, Home], int]


def run(arguments: list[str]) -> int:
    """Parses and carries out one command; without a command the window opens."""
    try:
        options = _parser(arguments).parse_args(arguments)
    except SystemExit as leaving:  # argparse has printed its line; 2 is bad input for it, too
        return leaving.code if isinstance(leaving.code, int) else SUCCESS
    try:
        home = _home()
        with logged(home):
            if options.command is not _window:  # which tells it in a bar
                _tell_of_settings(home)
            return options.command(options, home)
    except BadInput as trouble:
        return _complain(trouble, BAD_INPUT, options)
    except Trouble as trouble:
        return _complain(trouble, FAILURE, options)
    except (KeyboardInterrupt, CancelledError):
        return INTERRUPTED
    except BrokenPipeError:  # the reader of our output has gone: nobody is left to tell
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115
        return SUCCESS
    except OSError as error:
        where = f"{error.filename!r}: " if error.filename else ""
        return _complain(Trouble(f"The disk refused something: {where}{error.strerror or error}."), FAILURE, options)


def _home() -> Home:
    home = Home.find(os.environ)
    try:
        home.prepare()
    except HomeError as error:
        raise Trouble(error.message, error.remedy, error.details) from error
    return home


def _tell_of_settings(home: Home) -> None:
    """A damaged settings file is set aside and does not stop a command, but it is said."""
    file = SettingsFile(home.settings_file)
    file.load()
    if file.problem:
        print(f"sfumato: {file.problem}", file=sys.stderr)


def _complain(trouble: Trouble, code: int, options: argparse.Namespace) -> int:
    logging.getLogger(__name__).debug("%s\n%s", trouble, trouble.details)
    print(f"sfumato: {trouble}", file=sys.stderr)
    if options.command is _window and look(os.environ) is Screen.THERE:
        from studio.app import show_refusal

        show_refusal(trouble)
    return code


class _Parser(argparse.ArgumentParser):
    """Complains in one line, without the usage: `--help` has that."""

    def error(self, message: str) -> NoReturn:
        self.exit(BAD_INPUT, f"sfumato: {message[:1].upper()}{message[1:]}.\n")


def _parser(arguments: list[str]) -> argparse.ArgumentParser:
    """Knows all commands, but loads only the one that is called: the window must not wait for the others."""
    parser = _Parser(prog="sfumato", description="A desktop studio for painting with diffusion models.")
    parser.add_argument("--version", action="version", version=f"Sfumato {__version__}")
    parser.set_defaults(command=_window, file=None)
    commands = parser.add_subparsers(metavar="COMMAND")
    window = commands.add_parser("open", help="open the window (what happens without a command, too)")
    window.add_argument("file", nargs="?", help="a picture or document to open")
    window.set_defaults(command=_window)
    called = arguments[0] if arguments else "open"
    wanted = [called] if called in COMMANDS else [] if called == "open" else COMMANDS
    for name in wanted:
        importlib.import_module(f"studio.cli_{name}").add_parser(commands)
    return parser


def _window(options: argparse.Namespace, home: Home) -> int:
    gc.disable()  # the start makes no garbage, and to look for it takes a twelfth; `studio.ui.garbage` does so later
    try:
        _plain_imports()
        from studio.app import run_window

        return run_window(home, options.file)
    finally:
        gc.enable()


def _plain_imports() -> None:
    """Gives Python its own `import` back, which PySide has put aside.

    PySide's reads the source of every module once more, for a switch (`__feature__`) that the studio does not use; a
    tenth of the start would go there.
    """
    importlib.import_module("PySide6.QtCore")  # which puts it aside
    builtins.__import__ = getattr(builtins, "__orig_import__", builtins.__import__)
