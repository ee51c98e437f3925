ALTER TABLE hosts DROP COLUMN dialect_since;
ALTER TABLE hosts DROP COLUMN dialect;
