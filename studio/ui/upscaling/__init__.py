"""Pictures made larger, from the canvas and from the gallery."""
