-- Events, their dated sessions, and what the calendar filters on.

CREATE TABLE events (
    id           TEXT NOT NULL PRIMARY KEY,
    uri          TEXT NOT NULL UNIQUE,
    url          TEXT NOT NULL,
    centre_id    TEXT REFERENCES centres (id),
    peer_id      TEXT REFERENCES peers (id) ON DELETE CASCADE,
    external_id  TEXT,                      -- the publisher's own name for it; a repeated import looks here
    facts        TEXT NOT NULL,             -- JSON of domain::event::EventFacts: the truth; the columns below only serve filters
    event_type   TEXT,
    format       TEXT,
    mode         TEXT,
    price        TEXT,
    status       TEXT NOT NULL,
    level_min    INTEGER,                   -- step of the level scale, from 0
    level_max    INTEGER,
    city         TEXT NOT NULL,             -- folded; '' when unknown
    postcode     TEXT NOT NULL,             -- '' when unknown
    latitude     REAL,
    longitude    REAL,
    search_text  TEXT NOT NULL,             -- folded
    recurring    INTEGER NOT NULL CHECK (recurring IN (0, 1)),
    horizon_at   INTEGER,                   -- sessions are materialised up to here; NULL: all of them are
    published_at INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL,
    CHECK ((centre_id IS NULL) <> (peer_id IS NULL))
) STRICT;
CREATE INDEX events_by_centre ON events (centre_id, id) WHERE centre_id IS NOT NULL;
CREATE UNIQUE INDEX events_by_external_id ON events (centre_id, external_id) WHERE external_id IS NOT NULL;
-- The events of our centres, newest first, among any number of others.
CREATE INDEX events_local ON events (id) WHERE centre_id IS NOT NULL;
CREATE INDEX events_by_peer ON events (peer_id) WHERE peer_id IS NOT NULL;
CREATE INDEX events_by_city ON events (city);
CREATE INDEX events_by_postcode ON events (postcode);
CREATE INDEX events_by_horizon ON events (horizon_at) WHERE horizon_at IS NOT NULL;

CREATE TABLE event_tags (
    event_id TEXT NOT NULL REFERENCES events (id) ON DELETE CASCADE,
    kind     TEXT NOT NULL,
    code     TEXT NOT NULL,
    PRIMARY KEY (event_id, kind, code)
) STRICT, WITHOUT ROWID;
CREATE INDEX event_tags_by_code ON event_tags (kind, code, event_id);

CREATE TABLE sessions (
    id           TEXT NOT NULL PRIMARY KEY,
    event_id     TEXT NOT NULL REFERENCES events (id) ON DELETE CASCADE,
    date         TEXT NOT NULL,             -- local date, YYYY-MM-DD: the recurrence id
    starts_at    INTEGER NOT NULL,
    ends_at      INTEGER NOT NULL,
    announced_at INTEGER,                   -- when followers were told; local sessions only
    UNIQUE (event_id, date)
) STRICT;
CREATE INDEX sessions_by_time ON sessions (starts_at, id, ends_at, event_id);
CREATE INDEX sessions_of_event ON sessions (event_id, starts_at);
CREATE INDEX sessions_to_announce ON sessions (starts_at) WHERE announced_at IS NULL;

CREATE TABLE announces (
    event_id     TEXT NOT NULL REFERENCES events (id) ON DELETE CASCADE,
    announcer    TEXT NOT NULL,             -- a centre's or a peer's id
    local        INTEGER NOT NULL CHECK (local IN (0, 1)),
    activity_uri TEXT NOT NULL UNIQUE,
    announced_at INTEGER NOT NULL,
    PRIMARY KEY (event_id, announcer)
) STRICT;
CREATE INDEX announces_by_announcer ON announces (announcer, event_id);

CREATE TABLE tombstones (
    uri        TEXT NOT NULL PRIMARY KEY,
    deleted_at INTEGER NOT NULL
) STRICT;
