DROP INDEX sessions_by_time;
CREATE INDEX sessions_by_time ON sessions (starts_at, id, ends_at, event_id);
CREATE INDEX sessions_by_start ON sessions (starts_at, area, publisher, town, postcode, latitude, longitude);
CREATE INDEX events_by_city ON events (city);
CREATE INDEX events_by_postcode ON events (postcode);
