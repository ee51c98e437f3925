-- Remote actors, and who follows whom.

CREATE TABLE peers (
    id            TEXT NOT NULL PRIMARY KEY,
    uri           TEXT NOT NULL UNIQUE,
    kind          TEXT NOT NULL,
    handle        TEXT NOT NULL,
    host          TEXT NOT NULL,
    name          TEXT NOT NULL,
    url           TEXT,
    inbox         TEXT NOT NULL,
    shared_inbox  TEXT,
    outbox        TEXT,
    upcoming      TEXT,
    followers_url TEXT,
    public_keys   TEXT NOT NULL,            -- JSON: the keys as the domain reads them
    software      TEXT,
    summary       TEXT NOT NULL,
    fetched_at    INTEGER NOT NULL,
    gone_at       INTEGER,                  -- it answered 410, or told us so
    pull_due_at   INTEGER,                  -- NULL: nothing to pull from it
    pull_etag     TEXT,
    pulled_at     INTEGER,
    pull_error    TEXT
) STRICT;
CREATE INDEX peers_by_host ON peers (host, handle);
CREATE INDEX peers_by_pull ON peers (pull_due_at) WHERE pull_due_at IS NOT NULL;

CREATE TABLE peer_keys (
    key_uri TEXT NOT NULL PRIMARY KEY,
    peer_id TEXT NOT NULL REFERENCES peers (id) ON DELETE CASCADE
) STRICT;
CREATE INDEX peer_keys_by_peer ON peer_keys (peer_id);

CREATE TABLE follows (
    id           TEXT NOT NULL PRIMARY KEY,
    actor        TEXT NOT NULL,             -- who follows: 'relay' or a centre's id
    peer_id      TEXT NOT NULL REFERENCES peers (id) ON DELETE CASCADE,
    activity_uri TEXT NOT NULL UNIQUE,
    state        TEXT NOT NULL,             -- asked, accepted, refused
    asked_at     INTEGER NOT NULL,
    changed_at   INTEGER NOT NULL,
    UNIQUE (actor, peer_id)
) STRICT;
CREATE INDEX follows_by_peer ON follows (peer_id);

CREATE TABLE followers (
    id           TEXT NOT NULL PRIMARY KEY,
    actor        TEXT NOT NULL,             -- who is followed: 'relay' or a centre's id
    peer_id      TEXT NOT NULL REFERENCES peers (id) ON DELETE CASCADE,
    activity_uri TEXT NOT NULL,
    since        INTEGER NOT NULL,
    UNIQUE (actor, peer_id)
) STRICT;
CREATE INDEX followers_by_peer ON followers (peer_id);
