-- The durable outbox, and what the inbox has already taken in.

CREATE TABLE activities (
    id         TEXT NOT NULL PRIMARY KEY,
    uri        TEXT NOT NULL UNIQUE,
    sender     TEXT NOT NULL,               -- 'relay' or a centre's id
    object_uri TEXT NOT NULL,
    public     INTEGER NOT NULL CHECK (public IN (0, 1)),   -- whether it stands in the sender's outbox
    body       TEXT NOT NULL,               -- the JSON as it will be signed and sent
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX activities_by_sender ON activities (sender, public, id);
CREATE INDEX activities_by_age ON activities (created_at);

CREATE TABLE hosts (
    host             TEXT NOT NULL PRIMARY KEY,
    next_attempt_at  INTEGER,               -- NULL: nothing is waiting for it
    lease_until      INTEGER NOT NULL,
    lease_owner      TEXT NOT NULL,
    failures         INTEGER NOT NULL,
    first_failure_at INTEGER,
    last_attempt_at  INTEGER,
    last_success_at  INTEGER,
    last_error       TEXT
) STRICT;
CREATE INDEX hosts_due ON hosts (next_attempt_at) WHERE next_attempt_at IS NOT NULL;

CREATE TABLE deliveries (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,   -- the order of sending to a host
    activity_id TEXT NOT NULL REFERENCES activities (id) ON DELETE CASCADE,
    inbox       TEXT NOT NULL,
    host        TEXT NOT NULL,
    created_at  INTEGER NOT NULL,
    outcome     TEXT,                       -- delivered, refused, gone, expired
    error       TEXT,
    settled_at  INTEGER,
    UNIQUE (activity_id, inbox)
) STRICT;
CREATE INDEX deliveries_waiting ON deliveries (host, id) WHERE settled_at IS NULL;
CREATE INDEX deliveries_settled ON deliveries (settled_at) WHERE settled_at IS NOT NULL;

CREATE TABLE inbox_seen (
    activity_uri TEXT NOT NULL,
    digest       TEXT NOT NULL,
    seen_at      INTEGER NOT NULL,
    PRIMARY KEY (activity_uri, digest)
) STRICT, WITHOUT ROWID;
CREATE INDEX inbox_seen_by_age ON inbox_seen (seen_at);
