DROP TABLE changes;
DROP TABLE settings;
DROP TABLE tokens;
DROP TABLE sign_ins;
DROP TABLE members;
DROP TABLE actor_keys;
DROP TABLE centres;
