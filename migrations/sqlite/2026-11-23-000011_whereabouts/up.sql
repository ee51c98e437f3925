-- Who publishes a session and where it is, beside its start: the look-up of what may be the same workshop reads an index,
-- and not the events of everybody who has something at that hour.

ALTER TABLE sessions ADD COLUMN publisher TEXT NOT NULL DEFAULT '';   -- a centre's or a peer's id
ALTER TABLE sessions ADD COLUMN town TEXT NOT NULL DEFAULT '';        -- the first word of it, folded; '' when unknown
ALTER TABLE sessions ADD COLUMN postcode TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN latitude REAL;
ALTER TABLE sessions ADD COLUMN longitude REAL;
UPDATE sessions SET (publisher, town, postcode, latitude, longitude) = (
    SELECT COALESCE(centre_id, peer_id, ''), substr(city || ' ', 1, instr(city || ' ', ' ') - 1), postcode, latitude, longitude
    FROM events WHERE events.id = sessions.event_id);
DROP INDEX sessions_by_start;
CREATE INDEX sessions_by_start ON sessions (starts_at, area, publisher, town, postcode, latitude, longitude);
