"""Live mode: the picture follows the brush and the words."""
