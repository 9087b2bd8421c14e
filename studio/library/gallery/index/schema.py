"""The tables of the index. A change is a new script at the end; what is written here once stays as it is."""

from __future__ import annotations

SHOWN, TRASHED, LEAVING, UNREADABLE = range(4)
"""States of a picture: in the gallery, in the trash, being removed from the disk, broken."""

DAMAGED = "Its pixels are damaged."
"""The problem of a file that is whole but for its pixels, which are only looked at when it is to be drawn."""

_FIRST = """
CREATE TABLE picture (
    id INTEGER PRIMARY KEY,
    path NOT NULL UNIQUE,              -- below the gallery, or absolute; text, or bytes where it is no text
    name TEXT NOT NULL,
    stamp INTEGER NOT NULL,            -- time of change in nanoseconds
    bytes INTEGER NOT NULL,
    print BLOB NOT NULL,               -- 16 bytes that tell a file again after it was moved
    state INTEGER NOT NULL DEFAULT 0,
    away INTEGER NOT NULL DEFAULT 0,   -- on a disk that is not there now
    format TEXT NOT NULL DEFAULT '',
    width INTEGER NOT NULL DEFAULT 0,
    height INTEGER NOT NULL DEFAULT 0,
    created REAL NOT NULL,             -- seconds since 1970
    added REAL NOT NULL,
    source TEXT NOT NULL DEFAULT '',
    kind TEXT NOT NULL DEFAULT '',
    prompt TEXT NOT NULL DEFAULT '',
    negative TEXT NOT NULL DEFAULT '',
    model TEXT NOT NULL DEFAULT '',
    model_hash TEXT NOT NULL DEFAULT '',
    loras TEXT NOT NULL DEFAULT '',
    sampler TEXT NOT NULL DEFAULT '',
    steps INTEGER,
    guidance REAL,
    seed TEXT,                         -- up to 2**64 - 1, which SQLite's integers cannot hold
    strength REAL,
    digest TEXT NOT NULL DEFAULT '',   -- of its pixels, where our record tells
    parent TEXT NOT NULL DEFAULT '',   -- digest of the picture it was made from
    problem TEXT NOT NULL DEFAULT '',
    rating INTEGER NOT NULL DEFAULT 0,
    label TEXT NOT NULL DEFAULT '',
    favourite INTEGER NOT NULL DEFAULT 0,
    tags TEXT NOT NULL DEFAULT ''
);
CREATE INDEX picture_by_date ON picture (state, created);
CREATE INDEX picture_by_print ON picture (print);
CREATE INDEX picture_by_model ON picture (model, state);
CREATE INDEX picture_by_sampler ON picture (sampler, state);
CREATE INDEX picture_by_source ON picture (source, kind, state);
CREATE INDEX picture_by_seed ON picture (seed);
CREATE INDEX picture_facts ON picture (  -- narrow enough to be read whole for any question about these
    state, rating, favourite, label, format, width, height, steps, guidance, strength
);
CREATE INDEX picture_by_digest ON picture (digest) WHERE digest <> '';
CREATE INDEX picture_by_parent ON picture (parent) WHERE parent <> '';

CREATE VIRTUAL TABLE words USING fts5 (
    prompt, negative, model, loras, tags, name,
    content = 'picture', content_rowid = 'id',
    tokenize = "unicode61 remove_diacritics 2", prefix = '2'
);
-- new rows are put in by `Store`, many at once: a trigger makes that five times slower
CREATE TRIGGER words_out AFTER DELETE ON picture BEGIN
    INSERT INTO words (words, rowid, prompt, negative, model, loras, tags, name)
    VALUES ('delete', old.id, old.prompt, old.negative, old.model, old.loras, old.tags, old.name);
END;
CREATE TRIGGER words_changed AFTER UPDATE OF prompt, negative, model, loras, tags, name ON picture BEGIN
    INSERT INTO words (words, rowid, prompt, negative, model, loras, tags, name)
    VALUES ('delete', old.id, old.prompt, old.negative, old.model, old.loras, old.tags, old.name);
    INSERT INTO words (rowid, prompt, negative, model, loras, tags, name)
    VALUES (new.id, new.prompt, new.negative, new.model, new.loras, new.tags, new.name);
END;

CREATE TABLE mark (
    path NOT NULL PRIMARY KEY,
    print BLOB NOT NULL,
    rating INTEGER NOT NULL DEFAULT 0,
    label TEXT NOT NULL DEFAULT '',
    favourite INTEGER NOT NULL DEFAULT 0,
    trashed INTEGER NOT NULL DEFAULT 0,
    tags TEXT NOT NULL DEFAULT '[]',
    collections TEXT NOT NULL DEFAULT '[]'
);
CREATE INDEX mark_by_print ON mark (print);
CREATE TABLE tag (name TEXT NOT NULL, picture INTEGER NOT NULL, PRIMARY KEY (name, picture)) WITHOUT ROWID;
CREATE INDEX tag_by_picture ON tag (picture);
CREATE TABLE collection (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    parent TEXT NOT NULL DEFAULT '',
    query TEXT NOT NULL DEFAULT ''     -- of a smart collection
);
CREATE TABLE member (
    collection TEXT NOT NULL, picture INTEGER NOT NULL, PRIMARY KEY (collection, picture)
) WITHOUT ROWID;
CREATE INDEX member_by_picture ON member (picture);
CREATE TABLE need (digest TEXT NOT NULL, picture INTEGER NOT NULL, PRIMARY KEY (digest, picture)) WITHOUT ROWID;
CREATE INDEX need_by_picture ON need (picture);  -- pictures that requests hold, kept beside the gallery
CREATE TABLE folder (path NOT NULL PRIMARY KEY);  -- of other programs, watched
CREATE TABLE note (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
"""

_SECOND = """
-- tells whether pictures have only been added since a moment: then an order that is known stays, with them put in
CREATE TABLE revision (number INTEGER NOT NULL);
INSERT INTO revision VALUES (0);
CREATE TRIGGER order_left AFTER DELETE ON picture BEGIN
    UPDATE revision SET number = number + 1;
END;
CREATE TRIGGER order_changed AFTER UPDATE OF state, created ON picture
WHEN old.state <> new.state OR old.created <> new.created BEGIN
    UPDATE revision SET number = number + 1;
END;
CREATE INDEX picture_by_rating ON picture (rating);
CREATE INDEX picture_by_loras ON picture (loras, state) WHERE loras <> '';
"""

_THIRD = """
-- what is typed without a field is never looked for in negative prompts: an index of their own for these spares each
-- search the choice of columns, and one for each length of what people type first spares joining many words' lists
DROP TRIGGER words_out;
DROP TRIGGER words_changed;
DROP TABLE words;
CREATE VIRTUAL TABLE words USING fts5 (
    prompt, model, loras, tags, name,
    content = 'picture', content_rowid = 'id', tokenize = "unicode61 remove_diacritics 2", prefix = '2 3 4'
);
CREATE VIRTUAL TABLE unwanted USING fts5 (
    negative, content = 'picture', content_rowid = 'id', tokenize = "unicode61 remove_diacritics 2", prefix = '2'
);
CREATE TRIGGER words_out AFTER DELETE ON picture BEGIN
    INSERT INTO words (words, rowid, prompt, model, loras, tags, name)
    VALUES ('delete', old.id, old.prompt, old.model, old.loras, old.tags, old.name);
    INSERT INTO unwanted (unwanted, rowid, negative) VALUES ('delete', old.id, old.negative);
END;
CREATE TRIGGER words_changed AFTER UPDATE OF prompt, model, loras, tags, name ON picture BEGIN
    INSERT INTO words (words, rowid, prompt, model, loras, tags, name)
    VALUES ('delete', old.id, old.prompt, old.model, old.loras, old.tags, old.name);
    INSERT INTO words (rowid, prompt, model, loras, tags, name)
    VALUES (new.id, new.prompt, new.model, new.loras, new.tags, new.name);
END;
CREATE TRIGGER unwanted_changed AFTER UPDATE OF negative ON picture BEGIN
    INSERT INTO unwanted (unwanted, rowid, negative) VALUES ('delete', old.id, old.negative);
    INSERT INTO unwanted (rowid, negative) VALUES (new.id, new.negative);
END;
INSERT INTO words (words) VALUES ('rebuild');
INSERT INTO unwanted (unwanted) VALUES ('rebuild');
"""

_FOURTH = """
-- pictures that are related by their settings, see `kinship`; files of our own are read again for it
ALTER TABLE picture ADD COLUMN recipe TEXT NOT NULL DEFAULT '';
ALTER TABLE picture ADD COLUMN origin TEXT NOT NULL DEFAULT '';
ALTER TABLE picture ADD COLUMN kin TEXT NOT NULL DEFAULT '';
CREATE INDEX picture_by_recipe ON picture (recipe) WHERE recipe <> '';
CREATE INDEX picture_by_origin ON picture (origin) WHERE origin <> '';
CREATE INDEX picture_by_kin ON picture (kin) WHERE kin <> '';
UPDATE picture SET stamp = 0 WHERE source = 'sfumato';
"""

_FIFTH = """
-- pictures of beginnings of words that very many have, see `frequent`: none counts once a word has changed
CREATE TABLE frequent (beginning TEXT PRIMARY KEY, last INTEGER NOT NULL, bits BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE frequent_revision (number INTEGER NOT NULL);
INSERT INTO frequent_revision VALUES (0);
CREATE TRIGGER frequent_left AFTER DELETE ON picture BEGIN
    UPDATE frequent_revision SET number = number + 1;
    DELETE FROM frequent;
END;
CREATE TRIGGER frequent_changed AFTER UPDATE OF prompt, model, loras, tags, name ON picture
WHEN (old.prompt, old.model, old.loras, old.tags, old.name)
    IS NOT (new.prompt, new.model, new.loras, new.tags, new.name) BEGIN
    UPDATE frequent_revision SET number = number + 1;
    DELETE FROM frequent;
END;
"""

_SIXTH = """
-- pictures that others were made by looking at, and those on the sheet of a grid, see `lineage`; the parent of an edit
-- is the picture that it came from: files of our own are read again for both
CREATE TABLE link (
    digest TEXT NOT NULL, kind TEXT NOT NULL, picture INTEGER NOT NULL, PRIMARY KEY (digest, kind, picture)
) WITHOUT ROWID;
CREATE INDEX link_by_picture ON link (picture);
UPDATE picture SET stamp = 0 WHERE source = 'sfumato';
"""

MIGRATIONS = (_FIRST, _SECOND, _THIRD, _FOURTH, _FIFTH, _SIXTH)

THUMBNAILS = (
    """
    CREATE TABLE thumbnail (print BLOB PRIMARY KEY, data BLOB NOT NULL);
    CREATE TABLE look (print BLOB PRIMARY KEY, data BLOB NOT NULL) WITHOUT ROWID;  -- for finding similar pictures
    """,
    """
    -- numbered, so that those made since a moment can be read alone
    CREATE TABLE numbered (id INTEGER PRIMARY KEY, print BLOB NOT NULL UNIQUE, data BLOB NOT NULL);
    INSERT INTO numbered (print, data) SELECT print, data FROM look;
    DROP TABLE look;
    ALTER TABLE numbered RENAME TO look;
    """,
    """
    -- looks of many pictures in one piece, see `Thumbnails.pack`: what it was made of must not have changed since
    CREATE TABLE revision (number INTEGER NOT NULL);
    INSERT INTO revision VALUES (0);
    CREATE TABLE pack (last INTEGER PRIMARY KEY, prints BLOB NOT NULL, data BLOB NOT NULL);
    CREATE TRIGGER look_dropped AFTER DELETE ON look BEGIN
        UPDATE revision SET number = number + 1;
        DELETE FROM pack WHERE last >= old.id;
    END;
    CREATE TRIGGER look_changed AFTER UPDATE ON look BEGIN
        UPDATE revision SET number = number + 1;
        DELETE FROM pack WHERE last >= old.id;
    END;
    """,
)
