"""How the picture on the canvas was made, for the files it is written to."""

from __future__ import annotations

from studio import __version__
from studio.document.files.pictures import Notes
from studio.document.layers import GeneratedLayer, Layer, shown
from studio.library.gallery.formats.exif import write_comment
from studio.library.gallery.infotext import write_infotext


def notes_of(layers: tuple[Layer, ...]) -> Notes:
    """The settings of the uppermost picture that was made and can be seen, as other programs read them."""
    made = [layer.request for layer in shown(layers) if isinstance(layer, GeneratedLayer)]
    request = next((request for request in reversed(made) if request is not None), None)
    if request is None:
        return Notes()
    text = write_infotext(request)
    return Notes({"parameters": text}, write_comment(text, f"Sfumato {__version__}"))
