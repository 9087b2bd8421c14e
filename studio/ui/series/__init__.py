"""Many pictures as one thing: grids, folders, with one progress and one cancel."""
