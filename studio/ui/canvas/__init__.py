"""The canvas: what shows the document, and the tools that work on it."""
