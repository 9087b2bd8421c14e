"""One adapter a family, named as its descriptor in `library/families`: found by that name, see `adapters`."""
