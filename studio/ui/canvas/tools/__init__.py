"""Tools: objects that own the pointer while they are chosen, one file each."""
