DROP INDEX sessions_by_start;
CREATE INDEX sessions_by_start ON sessions (starts_at, area);
ALTER TABLE sessions DROP COLUMN longitude;
ALTER TABLE sessions DROP COLUMN latitude;
ALTER TABLE sessions DROP COLUMN postcode;
ALTER TABLE sessions DROP COLUMN town;
ALTER TABLE sessions DROP COLUMN publisher;
