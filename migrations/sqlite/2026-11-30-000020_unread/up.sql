-- Postcodes and degrees are compared beside the sessions since these carry them; whether there is a recurrence, nobody asks.
-- What is only written makes every new event larger.
ALTER TABLE events DROP COLUMN postcode;
ALTER TABLE events DROP COLUMN latitude;
ALTER TABLE events DROP COLUMN longitude;
ALTER TABLE events DROP COLUMN recurring;
