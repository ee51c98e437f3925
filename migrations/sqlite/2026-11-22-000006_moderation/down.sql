DROP TABLE follow_requests;
DROP TABLE blocks;
ALTER TABLE peers DROP COLUMN heard_at;
