-- Networks: what they gather, by which rule, and what they told their followers.

-- The rule as JSON; a network without a row announces all that its members publish.
CREATE TABLE network_rules (
    network_id TEXT NOT NULL PRIMARY KEY REFERENCES centres (id) ON DELETE CASCADE,
    rule       TEXT NOT NULL
) STRICT;

-- Centres of this node that are members of a network of this node, and members (peers too) that are trusted.
CREATE TABLE memberships (
    network_id TEXT NOT NULL REFERENCES centres (id) ON DELETE CASCADE,
    member     TEXT NOT NULL,               -- a centre's or a peer's id
    local      INTEGER NOT NULL,
    trusted    INTEGER NOT NULL,
    since      INTEGER NOT NULL,
    PRIMARY KEY (network_id, member)
) STRICT;
CREATE INDEX memberships_by_member ON memberships (member);

-- What staff decided on an event or a series, known by its uri; `waiting`: nobody has yet.
CREATE TABLE approvals (
    network_id TEXT NOT NULL REFERENCES centres (id) ON DELETE CASCADE,
    subject    TEXT NOT NULL,
    state      TEXT NOT NULL,               -- waiting, approved, refused
    since      INTEGER NOT NULL,
    PRIMARY KEY (network_id, subject)
) STRICT;
CREATE INDEX approvals_waiting ON approvals (network_id, since) WHERE state = 'waiting';

-- Events that changed and that no network has looked at since; several rows may name one.
CREATE TABLE network_queue (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    event_id TEXT NOT NULL
) STRICT;

-- Sessions that went while a network announced them: to be taken back.
CREATE TABLE network_departures (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    network_id   TEXT NOT NULL REFERENCES centres (id) ON DELETE CASCADE,
    session_id   TEXT NOT NULL,
    uri          TEXT NOT NULL,             -- '' for a session of ours
    activity_uri TEXT NOT NULL,
    ends_at      INTEGER NOT NULL
) STRICT;

-- The Announce that followers of a network were sent of a session: one, ever.
CREATE TABLE network_posts (
    network_id   TEXT NOT NULL REFERENCES centres (id) ON DELETE CASCADE,
    session_id   TEXT NOT NULL,
    series       TEXT NOT NULL,             -- uri of the series, or of the event
    activity_uri TEXT NOT NULL UNIQUE,
    posted_at    INTEGER NOT NULL,
    ends_at      INTEGER NOT NULL,
    PRIMARY KEY (network_id, session_id)
) STRICT;
CREATE INDEX network_posts_by_time ON network_posts (network_id, posted_at);
CREATE INDEX network_posts_by_series ON network_posts (network_id, series, ends_at);

-- Events of peers as their authors signed them, to be handed on.
CREATE TABLE event_documents (
    event_id TEXT NOT NULL PRIMARY KEY REFERENCES events (id) ON DELETE CASCADE,
    document TEXT NOT NULL
) STRICT;

-- The networks between an announcer and the publisher, nearest first, one a line; '' when there are none.
ALTER TABLE announces ADD COLUMN via TEXT NOT NULL DEFAULT '';
-- What followers were last told of the event; ours only.
ALTER TABLE announces ADD COLUMN told TEXT NOT NULL DEFAULT '';

INSERT INTO network_queue (event_id)
    SELECT id FROM events WHERE EXISTS (SELECT 1 FROM centres WHERE kind = 'network');
