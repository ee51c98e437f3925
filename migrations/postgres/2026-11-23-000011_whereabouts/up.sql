-- Who publishes a session and where it is, beside its start: the look-up of what may be the same workshop reads an index,
-- and not the events of everybody who has something at that hour.

ALTER TABLE sessions ADD COLUMN publisher TEXT COLLATE "C" NOT NULL DEFAULT '';   -- a centre's or a peer's id
ALTER TABLE sessions ADD COLUMN town TEXT COLLATE "C" NOT NULL DEFAULT '';        -- the first word of it, folded; '' when unknown
ALTER TABLE sessions ADD COLUMN postcode TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN latitude DOUBLE PRECISION;
ALTER TABLE sessions ADD COLUMN longitude DOUBLE PRECISION;
UPDATE sessions SET publisher = COALESCE(centre_id, peer_id, ''), town = split_part(city, ' ', 1), postcode = events.postcode,
    latitude = events.latitude, longitude = events.longitude
FROM events WHERE events.id = sessions.event_id;
DROP INDEX sessions_by_start;
CREATE INDEX sessions_by_start ON sessions (starts_at, area, publisher, town, postcode, latitude, longitude);
