ALTER TABLE peers DROP COLUMN contact;
DROP INDEX network_posts_changed;
ALTER TABLE network_posts DROP COLUMN change_due_at;
ALTER TABLE network_posts DROP COLUMN noted_at;
ALTER TABLE network_posts DROP COLUMN known;
