INSERT OR IGNORE INTO inbox_seen (digest, seen_at)
    SELECT activity, published_at FROM events WHERE activity IS NOT NULL;
ALTER TABLE events DROP COLUMN activity;
