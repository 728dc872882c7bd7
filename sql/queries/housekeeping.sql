-- What the worker thins out: small batches, by primary key; and that it was here.

-- name: token_seen_expired(most)
-- scope: installation
SELECT token_hash FROM token_seen WHERE expires_at < UTC_TIMESTAMP() LIMIT ?;

-- name: token_seen_delete(token_hash)
-- scope: installation
DELETE FROM token_seen WHERE token_hash = ?;

-- name: session_expired(most)
-- scope: installation
SELECT id_hash FROM session
 WHERE seen_at < UTC_TIMESTAMP(6) - INTERVAL 12 HOUR LIMIT ?;

-- name: session_delete(id_hash)
-- scope: installation
DELETE FROM session WHERE id_hash = ?;

-- name: heartbeat_put(program)
-- scope: installation
INSERT INTO heartbeat (program, seen_at) VALUES (?, UTC_TIMESTAMP(6))
  ON DUPLICATE KEY UPDATE seen_at = VALUES(seen_at);

-- name: sign_up_expired(most)
-- scope: installation
SELECT email FROM sign_up WHERE expires_at < UTC_TIMESTAMP(6) LIMIT ?;

-- name: sign_up_delete(email)
-- scope: installation
DELETE FROM sign_up WHERE email = ?;

-- name: throttle_expired(most)
-- scope: installation
-- Far beyond any window that is counted.
SELECT subject FROM sign_in_throttle WHERE window_from < UTC_TIMESTAMP(6) - INTERVAL 1 DAY LIMIT ?;

-- name: throttle_delete(subject)
-- scope: installation
DELETE FROM sign_in_throttle WHERE subject = ?;

-- name: mail_sent_expired(most)
-- scope: installation
-- Whom it went to stays for a month, should somebody ask; in the order of the index mail_due.
SELECT id FROM mail WHERE state = 'sent' AND due_at < UTC_TIMESTAMP(6) - INTERVAL 30 DAY
 ORDER BY due_at, id LIMIT ?;

-- name: mail_failed_expired(most)
-- scope: installation
SELECT id FROM mail WHERE state = 'failed' AND due_at < UTC_TIMESTAMP(6) - INTERVAL 30 DAY
 ORDER BY due_at, id LIMIT ?;

-- name: mail_delete(mail)
-- scope: installation
DELETE FROM mail WHERE id = ?;

-- The history has no index by age. Its numbers are those of arrival, so it is walked from the
-- oldest on: the keys, whether the row may go, and whether older ones may stand behind it.

-- name: attempt_oldest(after, most)
-- scope: installation
-- What was asked and answered goes with its attempt after 90 days. Where a batch ends between
-- a run's attempts, the next worker finds the rest.
SELECT a.run_id, a.number, a.started_at < UTC_TIMESTAMP(6) - INTERVAL 90 DAY,
       COALESCE(r.queued_at < UTC_TIMESTAMP(6) - INTERVAL 90 DAY, 1)
  FROM run_attempt AS a LEFT JOIN sync_run AS r ON r.id = a.run_id
 WHERE a.run_id > ? ORDER BY a.run_id, a.number LIMIT ?;

-- name: attempt_delete(run, number)
-- scope: installation
DELETE FROM run_attempt WHERE run_id = ? AND number = ?;

-- name: run_oldest(after, most)
-- scope: installation
-- Whatever is not finished stays, and of each binding the first document that was posted: a plan
-- of one store goes by it.
SELECT r.id,
       r.finished_at < UTC_TIMESTAMP(6) - INTERVAL 13 MONTH
       AND r.id <> COALESCE((SELECT f.id FROM sync_run AS f FORCE INDEX (sync_run_outcome)
                              WHERE f.binding_id = r.binding_id AND f.status = 'succeeded' AND f.store_id > 0
                              ORDER BY f.finished_at LIMIT 1), 0),
       r.queued_at < UTC_TIMESTAMP(6) - INTERVAL 13 MONTH
  FROM sync_run AS r WHERE r.id > ? ORDER BY r.id LIMIT ?;

-- name: run_delete(run)
-- scope: installation
DELETE FROM sync_run WHERE id = ? AND finished_at < UTC_TIMESTAMP(6) - INTERVAL 13 MONTH;
