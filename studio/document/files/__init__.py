"""Documents in files: OpenRaster with all layers, and plain pictures."""
