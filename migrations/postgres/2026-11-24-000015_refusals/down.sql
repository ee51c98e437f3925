ALTER TABLE peers DROP COLUMN pull_refused_at;
