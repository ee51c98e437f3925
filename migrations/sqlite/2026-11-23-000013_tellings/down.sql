DROP TABLE network_tellings;
