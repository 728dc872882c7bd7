-- New events are stored together, a statement for each table, instead of one by one through a
-- trigger. The numbers of their runs come in blocks of 16: INTAKE_TOGETHER in
-- cgi/webhook/intake.h.

DROP TRIGGER IF EXISTS intake_file;
ALTER TABLE sync_run DROP COLUMN lane_id, DROP COLUMN token_hash, DROP COLUMN token_expires_at;
ALTER SEQUENCE run_number INCREMENT BY 16;
