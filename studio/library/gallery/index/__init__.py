"""The index of the gallery: SQLite tables that can be rebuilt at any time from the files and the journal of marks."""
