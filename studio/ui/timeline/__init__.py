"""The timeline under the canvas: how a picture came out of noise, and ways on from there."""
