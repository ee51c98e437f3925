INSERT INTO inbox_seen (digest, seen_at)
    SELECT activity, published_at FROM events WHERE activity IS NOT NULL
    ON CONFLICT DO NOTHING;
ALTER TABLE events DROP COLUMN activity;
