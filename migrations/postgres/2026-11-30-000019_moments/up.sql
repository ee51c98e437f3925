-- One index of sessions by time, with all that is compared before an event is read: each index of random order was a page or
-- two that every new event changed. Towns and postcodes are compared there too, so events need no index of them.
DROP INDEX sessions_by_start;
DROP INDEX sessions_by_time;
CREATE INDEX sessions_by_time
    ON sessions (starts_at, id, ends_at, event_id, area, publisher, town, postcode, latitude, longitude);
DROP INDEX events_by_city;
DROP INDEX events_by_postcode;
