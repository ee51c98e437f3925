-- What the calendars among the followers of a network were told: each session weeks ahead, and how it stood then.

CREATE TABLE network_tellings (
    network_id   TEXT COLLATE "C" NOT NULL REFERENCES centres (id) ON DELETE CASCADE,
    session_id   TEXT COLLATE "C" NOT NULL,
    activity_uri TEXT COLLATE "C" NOT NULL,             -- of the Announce that they heard first
    told         TEXT COLLATE "C" NOT NULL,             -- how it stood when they were last told
    ends_at      BIGINT NOT NULL,
    PRIMARY KEY (network_id, session_id)
);
