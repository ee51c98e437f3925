CREATE INDEX sessions_of_event ON sessions (event_id, starts_at);

-- Which activities they were is not known any more.
DROP TABLE inbox_seen;
CREATE TABLE inbox_seen (
    activity_uri TEXT NOT NULL,
    digest       TEXT NOT NULL,
    seen_at      INTEGER NOT NULL,
    PRIMARY KEY (activity_uri, digest)
) STRICT, WITHOUT ROWID;
CREATE INDEX inbox_seen_by_age ON inbox_seen (seen_at);
