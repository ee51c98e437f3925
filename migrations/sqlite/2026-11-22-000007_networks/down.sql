ALTER TABLE announces DROP COLUMN told;
ALTER TABLE announces DROP COLUMN via;
DROP TABLE event_documents;
DROP TABLE network_posts;
DROP TABLE network_departures;
DROP TABLE network_queue;
DROP TABLE approvals;
DROP TABLE memberships;
DROP TABLE network_rules;
