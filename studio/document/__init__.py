"""What the artist edits: layers, masks, selections, words; undo; files; and the request that they amount to."""
