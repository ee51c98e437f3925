DROP INDEX events_by_series;
ALTER TABLE events DROP COLUMN series_uri;
DROP TABLE merge_vetoes;
DROP INDEX sessions_merged;
DROP INDEX sessions_by_start;
ALTER TABLE sessions DROP COLUMN merged_into;
ALTER TABLE sessions DROP COLUMN area;
