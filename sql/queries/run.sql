-- Runs and their attempts, as the worker moves them along.

-- name: run_get(binding, run)
SELECT event, entity_type, magento_id, website_id, store_id, UNIX_TIMESTAMP(occurred_at) DIV 1,
       policy_version, status, warnings, magento_total
  FROM sync_run WHERE binding_id = ? AND id = ?;

-- name: run_start(run)
-- scope: installation
UPDATE sync_run SET status = 'running', finished_at = NULL WHERE id = ?;

-- name: run_describe(number, currency, total, run)
-- scope: installation
-- What the shop's document is, once it was read.
UPDATE sync_run SET magento_number = ?, currency = ?, magento_total = ? WHERE id = ?;

-- name: run_warn(warnings, run)
-- scope: installation
-- What the translation had to say, kept with the intent it was made for.
UPDATE sync_run SET warnings = ? WHERE id = ?;

-- name: run_finish(status, skip_reason, error_class, error_code, error_message, warnings, warnings_again, sage_total, sage_id, sage_number, run)
-- scope: installation
-- What Sage's answer is worth saying joins what the translation said.
UPDATE sync_run
   SET attempts = attempts + 1, status = ?, skip_reason = ?, error_class = ?, error_code = ?, error_message = ?,
       warnings = IF(? IS NULL, warnings, JSON_MERGE_PRESERVE(COALESCE(warnings, '[]'), ?)),
       sage_total = ?, sage_id = ?, sage_number = ?, finished_at = UTC_TIMESTAMP(6)
 WHERE id = ?;

-- name: run_count(run)
-- scope: installation
-- The run that just ended, among those of its day.
INSERT INTO run_day (binding_id, day, outcome, runs)
  SELECT binding_id, DATE(finished_at), status, 1 FROM sync_run WHERE id = ?
  ON DUPLICATE KEY UPDATE runs = runs + 1;

-- name: run_postpone(attempts, error_class, error_code, error_message, run)
-- scope: installation
-- Back to waiting, with the reason it waits; `attempts` is 1 when one was spent, else 0.
UPDATE sync_run
   SET status = 'queued', attempts = attempts + ?, error_class = ?, error_code = ?, error_message = ?
 WHERE id = ?;

-- name: run_attempt_add(run, started_at, duration_ms, outcome, error_class, error_code, error_message, calls, request, answer, run_again)
-- scope: installation
INSERT INTO run_attempt (run_id, number, started_at, duration_ms, outcome, error_class, error_code,
                         error_message, calls, request, answer)
  SELECT ?, COALESCE(MAX(number), 0) + 1, FROM_UNIXTIME(?), ?, ?, ?, ?, ?, ?, ?, ?
    FROM run_attempt WHERE run_id = ?;

-- name: run_latest(binding, entity_type, magento_id, event)
-- The state to tell the shop about one event of one entity.
SELECT status, sage_id, sage_number, skip_reason, error_class, error_code,
       DATE_FORMAT(COALESCE(finished_at, queued_at), '%Y-%m-%d %H:%i:%s'), id
  FROM sync_run
 WHERE binding_id = ? AND entity_type = ? AND magento_id = ? AND event = ?
 ORDER BY id DESC LIMIT 1;
