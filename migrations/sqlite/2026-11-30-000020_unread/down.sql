ALTER TABLE events ADD COLUMN postcode TEXT NOT NULL DEFAULT '';
ALTER TABLE events ADD COLUMN latitude REAL;
ALTER TABLE events ADD COLUMN longitude REAL;
ALTER TABLE events ADD COLUMN recurring INTEGER NOT NULL DEFAULT 0 CHECK (recurring IN (0, 1));
UPDATE events SET
    postcode = coalesce(facts ->> '$.place.postcode', ''),
    latitude = facts ->> '$.place.latitude',
    longitude = facts ->> '$.place.longitude',
    recurring = facts ->> '$.rrule' IS NOT NULL;
