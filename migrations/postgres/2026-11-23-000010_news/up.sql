-- What followers of a network know of a session that they were posted, and when they are to hear that it changed.

ALTER TABLE network_posts ADD COLUMN known TEXT COLLATE "C" NOT NULL DEFAULT '';     -- '' where that was not kept
ALTER TABLE network_posts ADD COLUMN noted_at BIGINT;                -- when they last heard
ALTER TABLE network_posts ADD COLUMN change_due_at BIGINT;
CREATE INDEX network_posts_changed ON network_posts (change_due_at) WHERE change_due_at IS NOT NULL;

-- Where a structure is found and called, as its actor says; JSON, never of a person.
ALTER TABLE peers ADD COLUMN contact TEXT COLLATE "C";
