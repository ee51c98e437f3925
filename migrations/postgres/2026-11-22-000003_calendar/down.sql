DROP TABLE tombstones;
DROP TABLE announces;
DROP TABLE sessions;
DROP TABLE event_tags;
DROP TABLE events;
