-- An event that a message brought bears the digest of that message itself: a row less in `inbox_seen` for each that is taken in.
ALTER TABLE events ADD COLUMN activity BYTEA;
