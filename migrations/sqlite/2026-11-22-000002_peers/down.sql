DROP TABLE followers;
DROP TABLE follows;
DROP TABLE peer_keys;
DROP TABLE peers;
