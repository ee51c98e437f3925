DROP TABLE notices;
DROP INDEX sessions_to_tell;
ALTER TABLE sessions DROP COLUMN moved_from;
ALTER TABLE sessions DROP COLUMN told_at;
DROP INDEX followers_kind_due;
DROP INDEX followers_by_kind;
ALTER TABLE followers DROP COLUMN kind_due_at;
ALTER TABLE followers DROP COLUMN kind;
