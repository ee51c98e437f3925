-- How a host wants its requests signed, once it is known, and since when.

ALTER TABLE hosts ADD COLUMN dialect TEXT COLLATE "C";
ALTER TABLE hosts ADD COLUMN dialect_since BIGINT;
