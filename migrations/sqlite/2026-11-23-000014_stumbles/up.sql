-- When a host first stumbled over a delivery while it took in another: the second time it is closed.

ALTER TABLE deliveries ADD COLUMN stumbled_at INTEGER;
