-- How people manage whom the node follows and who follows it.

-- The last time that an activity which it signed was taken in; kept for followed peers, to the minute.
ALTER TABLE peers ADD COLUMN heard_at BIGINT;

-- With whom nothing, or less, is exchanged.
CREATE TABLE blocks (
    target     TEXT COLLATE "C" NOT NULL PRIMARY KEY,   -- a domain, subdomains included, or the id of an actor
    severity   TEXT COLLATE "C" NOT NULL,               -- mute, block
    note       TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL
);

-- Follows that wait for the staff to say yes or no.
CREATE TABLE follow_requests (
    id           TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    actor        TEXT COLLATE "C" NOT NULL,             -- who is to be followed: 'relay' or a centre's id
    peer_id      TEXT COLLATE "C" NOT NULL REFERENCES peers (id) ON DELETE CASCADE,
    activity_uri TEXT COLLATE "C" NOT NULL,
    since        BIGINT NOT NULL,
    UNIQUE (actor, peer_id)
);
CREATE INDEX follow_requests_by_peer ON follow_requests (peer_id);
