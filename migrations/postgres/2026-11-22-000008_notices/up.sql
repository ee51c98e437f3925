-- What followers are posted: by the kind of their software, and the short notes on a session.

-- How a follower takes our posts: unknown, people, events, gancio, maillage.
ALTER TABLE followers ADD COLUMN kind TEXT COLLATE "C" NOT NULL DEFAULT 'unknown';
-- When its host is asked (again) what it runs.
ALTER TABLE followers ADD COLUMN kind_due_at BIGINT NOT NULL DEFAULT 0;
CREATE INDEX followers_by_kind ON followers (actor, kind);
CREATE INDEX followers_kind_due ON followers (kind_due_at);

-- When event software among the followers was told of a session; people are at announced_at, mostly later.
ALTER TABLE sessions ADD COLUMN told_at BIGINT;
-- The start that a session had before it was moved.
ALTER TABLE sessions ADD COLUMN moved_from BIGINT;
UPDATE sessions SET told_at = announced_at WHERE announced_at IS NOT NULL;
CREATE INDEX sessions_to_tell ON sessions (starts_at) WHERE told_at IS NULL;

-- The short notes on a session, one row a kind: what followers know, and what they are to be told.
CREATE TABLE notices (
    session_id TEXT COLLATE "C" NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    kind       TEXT COLLATE "C" NOT NULL,               -- reminder, change
    known      TEXT COLLATE "C" NOT NULL,               -- what people know of the session, to see whether there is news
    due_at     BIGINT,                     -- NULL: nothing waits
    sent_at    BIGINT,
    PRIMARY KEY (session_id, kind)
);
CREATE INDEX notices_due ON notices (due_at) WHERE due_at IS NOT NULL;
