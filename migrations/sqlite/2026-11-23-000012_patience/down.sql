ALTER TABLE hosts DROP COLUMN asked_until;
