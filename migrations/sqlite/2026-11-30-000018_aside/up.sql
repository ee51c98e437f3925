-- Activities that stand in no outbox go when they are old and delivered: they are looked for by age, the others never are.
DROP INDEX activities_by_age;
CREATE INDEX activities_aside ON activities (created_at) WHERE NOT public;
