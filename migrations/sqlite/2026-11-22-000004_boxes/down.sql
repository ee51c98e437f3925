DROP TABLE inbox_seen;
DROP TABLE deliveries;
DROP TABLE hosts;
DROP TABLE activities;
