-- Less is written for each event that is taken in.

-- The digest of a body says which activity it is, its id being part of it: half of SHA-256 is enough to tell them apart.
CREATE TABLE seen (
    digest  BLOB NOT NULL PRIMARY KEY,
    seen_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT OR IGNORE INTO seen (digest, seen_at)
    SELECT unhex(substr(digest, 1, 32)), seen_at FROM inbox_seen WHERE unhex(substr(digest, 1, 32)) IS NOT NULL;
DROP TABLE inbox_seen;
ALTER TABLE seen RENAME TO inbox_seen;
CREATE INDEX inbox_seen_by_age ON inbox_seen (seen_at);

-- The sessions of an event are in order by their dates too, of which there is an index that no two may share.
DROP INDEX sessions_of_event;
