-- Until when a host asked to be left in peace (Retry-After), whoever there writes to us meanwhile.

ALTER TABLE hosts ADD COLUMN asked_until BIGINT;
