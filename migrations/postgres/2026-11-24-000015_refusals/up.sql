-- When a reading of a programme last found events of others whose servers refused them to us: the next but few asks for
-- everything again, though nothing changed in the programme.

ALTER TABLE peers ADD COLUMN pull_refused_at BIGINT;
