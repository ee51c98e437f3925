-- What readers see: two sessions that are one workshop, and the dates of a peer's series.

-- The first two digits of the postcode, '' when unknown: with the start, it finds what may be the same workshop.
ALTER TABLE sessions ADD COLUMN area TEXT COLLATE "C" NOT NULL DEFAULT '';
-- The session that is shown in the place of this one.
ALTER TABLE sessions ADD COLUMN merged_into TEXT COLLATE "C" REFERENCES sessions (id) ON DELETE SET NULL;
UPDATE sessions SET area = COALESCE(
    (SELECT substr(postcode, 1, 2) FROM events WHERE events.id = sessions.event_id AND length(postcode) = 5), '');
CREATE INDEX sessions_by_start ON sessions (starts_at, area);
CREATE INDEX sessions_merged ON sessions (merged_into) WHERE merged_into IS NOT NULL;

-- Two sessions that staff told apart; their uris, so that it holds when either is received anew.
CREATE TABLE merge_vetoes (
    low        TEXT COLLATE "C" NOT NULL,               -- the smaller uri
    high       TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (low, high)
);
CREATE INDEX merge_vetoes_by_high ON merge_vetoes (high);

ALTER TABLE events ADD COLUMN series_uri TEXT COLLATE "C";
UPDATE events SET series_uri = facts::json -> 'series' ->> 'uri' WHERE peer_id IS NOT NULL;
CREATE INDEX events_by_series ON events (series_uri) WHERE series_uri IS NOT NULL;
