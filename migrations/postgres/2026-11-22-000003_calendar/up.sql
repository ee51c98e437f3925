-- Events, their dated sessions, and what the calendar filters on.

CREATE TABLE events (
    id           TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    uri          TEXT COLLATE "C" NOT NULL UNIQUE,
    url          TEXT COLLATE "C" NOT NULL,
    centre_id    TEXT COLLATE "C" REFERENCES centres (id),
    peer_id      TEXT COLLATE "C" REFERENCES peers (id) ON DELETE CASCADE,
    external_id  TEXT COLLATE "C",         -- the publisher's own name for it; a repeated import looks here
    facts        TEXT COLLATE "C" NOT NULL,             -- JSON of domain::event::EventFacts: the truth; the columns below only serve filters
    event_type   TEXT COLLATE "C",
    format       TEXT COLLATE "C",
    mode         TEXT COLLATE "C",
    price        TEXT COLLATE "C",
    status       TEXT COLLATE "C" NOT NULL,
    level_min    BIGINT,                   -- step of the level scale, from 0
    level_max    BIGINT,
    city         TEXT COLLATE "C" NOT NULL,             -- folded; '' when unknown
    postcode     TEXT COLLATE "C" NOT NULL,             -- '' when unknown
    latitude     DOUBLE PRECISION,
    longitude    DOUBLE PRECISION,
    search_text  TEXT COLLATE "C" NOT NULL,             -- folded
    recurring    BOOLEAN NOT NULL,
    horizon_at   BIGINT,                   -- sessions are materialised up to here; NULL: all of them are
    published_at BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL,
    CHECK ((centre_id IS NULL) <> (peer_id IS NULL))
);
CREATE INDEX events_by_centre ON events (centre_id, id) WHERE centre_id IS NOT NULL;
CREATE UNIQUE INDEX events_by_external_id ON events (centre_id, external_id) WHERE external_id IS NOT NULL;
-- The events of our centres, newest first, among any number of others.
CREATE INDEX events_local ON events (id) WHERE centre_id IS NOT NULL;
CREATE INDEX events_by_peer ON events (peer_id) WHERE peer_id IS NOT NULL;
CREATE INDEX events_by_city ON events (city);
CREATE INDEX events_by_postcode ON events (postcode);
CREATE INDEX events_by_horizon ON events (horizon_at) WHERE horizon_at IS NOT NULL;

CREATE TABLE event_tags (
    event_id TEXT COLLATE "C" NOT NULL REFERENCES events (id) ON DELETE CASCADE,
    kind     TEXT COLLATE "C" NOT NULL,
    code     TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (event_id, kind, code)
);
CREATE INDEX event_tags_by_code ON event_tags (kind, code, event_id);

CREATE TABLE sessions (
    id           TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    event_id     TEXT COLLATE "C" NOT NULL REFERENCES events (id) ON DELETE CASCADE,
    date         TEXT COLLATE "C" NOT NULL,             -- local date, YYYY-MM-DD: the recurrence id
    starts_at    BIGINT NOT NULL,
    ends_at      BIGINT NOT NULL,
    announced_at BIGINT,                   -- when followers were told; local sessions only
    UNIQUE (event_id, date)
);
CREATE INDEX sessions_by_time ON sessions (starts_at, id, ends_at, event_id);
CREATE INDEX sessions_of_event ON sessions (event_id, starts_at);
CREATE INDEX sessions_to_announce ON sessions (starts_at) WHERE announced_at IS NULL;

CREATE TABLE announces (
    event_id     TEXT COLLATE "C" NOT NULL REFERENCES events (id) ON DELETE CASCADE,
    announcer    TEXT COLLATE "C" NOT NULL,             -- a centre's or a peer's id
    local        BOOLEAN NOT NULL,
    activity_uri TEXT COLLATE "C" NOT NULL UNIQUE,
    announced_at BIGINT NOT NULL,
    PRIMARY KEY (event_id, announcer)
);
CREATE INDEX announces_by_announcer ON announces (announcer, event_id);

CREATE TABLE tombstones (
    uri        TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    deleted_at BIGINT NOT NULL
);
