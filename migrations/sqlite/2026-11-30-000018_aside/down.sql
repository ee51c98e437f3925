DROP INDEX activities_aside;
CREATE INDEX activities_by_age ON activities (created_at);
