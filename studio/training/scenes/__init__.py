"""Illustrated scenes, drawn by procedure: the pictures that the embedded model learns from.

`draw_scene` makes a `Scene` (a value: what is in the picture), `render` paints it. numpy, OpenCV and Pillow only, no Qt
and no torch, so that it runs on any machine. The same scene, size and seed give the same bytes.
"""
