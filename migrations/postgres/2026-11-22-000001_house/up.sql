-- The actors and people of this node.

CREATE TABLE centres (
    id         TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    handle     TEXT COLLATE "C" NOT NULL UNIQUE,
    kind       TEXT COLLATE "C" NOT NULL,
    name       TEXT COLLATE "C" NOT NULL,
    profile    TEXT COLLATE "C" NOT NULL,               -- JSON: all that is shown and never filtered on
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE TABLE actor_keys (
    owner       TEXT COLLATE "C" NOT NULL,              -- 'relay' (the instance actor) or a centre's id
    algorithm   TEXT COLLATE "C" NOT NULL,              -- 'rsa' or 'ed25519'
    private_key TEXT COLLATE "C" NOT NULL,
    public_key  TEXT COLLATE "C" NOT NULL,
    created_at  BIGINT NOT NULL,
    PRIMARY KEY (owner, algorithm)
);

CREATE TABLE members (
    id            TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    email         TEXT COLLATE "C" NOT NULL UNIQUE,   -- lower case
    role          TEXT COLLATE "C" NOT NULL,
    password_hash TEXT COLLATE "C" NOT NULL,
    created_at    BIGINT NOT NULL
);

CREATE TABLE sign_ins (
    token_hash TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    member_id  TEXT COLLATE "C" NOT NULL REFERENCES members (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX sign_ins_by_member ON sign_ins (member_id);
CREATE INDEX sign_ins_by_expiry ON sign_ins (expires_at);

CREATE TABLE tokens (
    id           TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    token_hash   TEXT COLLATE "C" NOT NULL UNIQUE,
    member_id    TEXT COLLATE "C" NOT NULL REFERENCES members (id) ON DELETE CASCADE,
    name         TEXT COLLATE "C" NOT NULL,
    created_at   BIGINT NOT NULL,
    last_used_at BIGINT
);
CREATE INDEX tokens_by_member ON tokens (member_id, id);

CREATE TABLE settings (
    key   TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    value TEXT COLLATE "C" NOT NULL
);

-- The calendar's change stamp is the sum of these rows (docs/database.md).
CREATE TABLE changes (
    slot  BIGINT NOT NULL PRIMARY KEY,
    stamp BIGINT NOT NULL
);
INSERT INTO changes (slot, stamp) VALUES
    (0, 0), (1, 0), (2, 0), (3, 0), (4, 0), (5, 0), (6, 0), (7, 0),
    (8, 0), (9, 0), (10, 0), (11, 0), (12, 0), (13, 0), (14, 0), (15, 0);
