"""The finished pictures: files first, an index that can be rebuilt from them."""
