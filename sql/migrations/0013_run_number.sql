-- The numbers of runs are 16 apart because they are multiplied where they are drawn (see
-- intake_begin in sql/queries/intake.sql), so the sequence itself counts by one again.

ALTER SEQUENCE run_number INCREMENT BY 1;
