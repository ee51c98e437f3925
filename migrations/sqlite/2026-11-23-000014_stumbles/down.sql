ALTER TABLE deliveries DROP COLUMN stumbled_at;
