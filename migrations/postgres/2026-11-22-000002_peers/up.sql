-- Remote actors, and who follows whom.

CREATE TABLE peers (
    id            TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    uri           TEXT COLLATE "C" NOT NULL UNIQUE,
    kind          TEXT COLLATE "C" NOT NULL,
    handle        TEXT COLLATE "C" NOT NULL,
    host          TEXT COLLATE "C" NOT NULL,
    name          TEXT COLLATE "C" NOT NULL,
    url           TEXT COLLATE "C",
    inbox         TEXT COLLATE "C" NOT NULL,
    shared_inbox  TEXT COLLATE "C",
    outbox        TEXT COLLATE "C",
    upcoming      TEXT COLLATE "C",
    followers_url TEXT COLLATE "C",
    public_keys   TEXT COLLATE "C" NOT NULL,            -- JSON: the keys as the domain reads them
    software      TEXT COLLATE "C",
    summary       TEXT COLLATE "C" NOT NULL,
    fetched_at    BIGINT NOT NULL,
    gone_at       BIGINT,                  -- it answered 410, or told us so
    pull_due_at   BIGINT,                  -- NULL: nothing to pull from it
    pull_etag     TEXT COLLATE "C",
    pulled_at     BIGINT,
    pull_error    TEXT COLLATE "C"
);
CREATE INDEX peers_by_host ON peers (host, handle);
CREATE INDEX peers_by_pull ON peers (pull_due_at) WHERE pull_due_at IS NOT NULL;

CREATE TABLE peer_keys (
    key_uri TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    peer_id TEXT COLLATE "C" NOT NULL REFERENCES peers (id) ON DELETE CASCADE
);
CREATE INDEX peer_keys_by_peer ON peer_keys (peer_id);

CREATE TABLE follows (
    id           TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    actor        TEXT COLLATE "C" NOT NULL,             -- who follows: 'relay' or a centre's id
    peer_id      TEXT COLLATE "C" NOT NULL REFERENCES peers (id) ON DELETE CASCADE,
    activity_uri TEXT COLLATE "C" NOT NULL UNIQUE,
    state        TEXT COLLATE "C" NOT NULL,             -- asked, accepted, refused
    asked_at     BIGINT NOT NULL,
    changed_at   BIGINT NOT NULL,
    UNIQUE (actor, peer_id)
);
CREATE INDEX follows_by_peer ON follows (peer_id);

CREATE TABLE followers (
    id           TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    actor        TEXT COLLATE "C" NOT NULL,             -- who is followed: 'relay' or a centre's id
    peer_id      TEXT COLLATE "C" NOT NULL REFERENCES peers (id) ON DELETE CASCADE,
    activity_uri TEXT COLLATE "C" NOT NULL,
    since        BIGINT NOT NULL,
    UNIQUE (actor, peer_id)
);
CREATE INDEX followers_by_peer ON followers (peer_id);
