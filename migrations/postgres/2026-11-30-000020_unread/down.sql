ALTER TABLE events ADD COLUMN postcode TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE events ADD COLUMN latitude DOUBLE PRECISION;
ALTER TABLE events ADD COLUMN longitude DOUBLE PRECISION;
ALTER TABLE events ADD COLUMN recurring BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE events SET
    postcode = coalesce(facts::json #>> '{place,postcode}', ''),
    latitude = (facts::json #>> '{place,latitude}')::double precision,
    longitude = (facts::json #>> '{place,longitude}')::double precision,
    recurring = facts::json ->> 'rrule' IS NOT NULL;
