-- What the sync pages read. The account of the session comes first in every statement.
-- An optional filter is given twice: NULL in its first place switches it off, and the
-- optimizer, which sees the values, drops it. STRAIGHT_JOIN keeps the history's index in
-- charge of the order, so that a page costs its rows and nothing is sorted.

-- name: history_older(account, before, status, status_one, status_two, event, event_again, binding, binding_again, search, number, sage_number, magento_id, limit)
SELECT STRAIGHT_JOIN
       r.id, r.binding_id, b.shop_url, r.event, r.entity_type, r.magento_id, r.magento_number,
       r.status, r.attempts, r.skip_reason, r.error_class, r.error_code, r.error_message,
       r.sage_id, r.sage_number, r.currency, r.magento_total, r.sage_total,
       UNIX_TIMESTAMP(r.occurred_at) DIV 1,
       UNIX_TIMESTAMP(r.queued_at) DIV 1,
       UNIX_TIMESTAMP(r.finished_at) DIV 1,
       TIMESTAMPDIFF(MICROSECOND, r.queued_at, r.finished_at) DIV 1000, r.warnings
  FROM sync_run r JOIN binding b ON b.id = r.binding_id
 WHERE r.account_id = ? AND r.id < ?
   AND (? IS NULL OR r.status IN (?, ?))
   AND (? IS NULL OR r.event = ?)
   AND (? IS NULL OR r.binding_id = ?)
   AND (? IS NULL OR r.magento_number = ? OR r.sage_number = ? OR r.magento_id = ?)
 ORDER BY r.id DESC LIMIT ?;

-- name: history_newer(account, after, status, status_one, status_two, event, event_again, binding, binding_again, search, number, sage_number, magento_id, limit)
-- Oldest first: the page next to the cursor, not the newest one.
SELECT STRAIGHT_JOIN
       r.id, r.binding_id, b.shop_url, r.event, r.entity_type, r.magento_id, r.magento_number,
       r.status, r.attempts, r.skip_reason, r.error_class, r.error_code, r.error_message,
       r.sage_id, r.sage_number, r.currency, r.magento_total, r.sage_total,
       UNIX_TIMESTAMP(r.occurred_at) DIV 1,
       UNIX_TIMESTAMP(r.queued_at) DIV 1,
       UNIX_TIMESTAMP(r.finished_at) DIV 1,
       TIMESTAMPDIFF(MICROSECOND, r.queued_at, r.finished_at) DIV 1000, r.warnings
  FROM sync_run r JOIN binding b ON b.id = r.binding_id
 WHERE r.account_id = ? AND r.id > ?
   AND (? IS NULL OR r.status IN (?, ?))
   AND (? IS NULL OR r.event = ?)
   AND (? IS NULL OR r.binding_id = ?)
   AND (? IS NULL OR r.magento_number = ? OR r.sage_number = ? OR r.magento_id = ?)
 ORDER BY r.id LIMIT ?;

-- name: history_run(account, run)
SELECT STRAIGHT_JOIN
       r.id, r.binding_id, b.shop_url, r.event, r.entity_type, r.magento_id, r.magento_number,
       r.status, r.attempts, r.skip_reason, r.error_class, r.error_code, r.error_message,
       r.sage_id, r.sage_number, r.currency, r.magento_total, r.sage_total,
       UNIX_TIMESTAMP(r.occurred_at) DIV 1,
       UNIX_TIMESTAMP(r.queued_at) DIV 1,
       UNIX_TIMESTAMP(r.finished_at) DIV 1,
       TIMESTAMPDIFF(MICROSECOND, r.queued_at, r.finished_at) DIV 1000, r.warnings
  FROM sync_run r JOIN binding b ON b.id = r.binding_id
 WHERE r.account_id = ? AND r.id = ?;

-- name: history_attempts(account, run, limit)
-- Newest first, so that a long ladder of retries is cut at its old end.
SELECT a.number, UNIX_TIMESTAMP(a.started_at) DIV 1, a.duration_ms, a.outcome,
       a.error_class, a.error_code, a.error_message, a.calls
  FROM sync_run r JOIN run_attempt a ON a.run_id = r.id
 WHERE r.account_id = ? AND r.id = ?
 ORDER BY a.number DESC LIMIT ?;

-- name: history_jobs(account, run)
-- What is still to do for a run. By the unique key of the job's entity: run_id has no index.
SELECT j.kind, j.state, UNIX_TIMESTAMP(j.due_at) DIV 1, j.attempts,
       l.parked_why,
       CASE WHEN l.parked_until > UTC_TIMESTAMP(6)
            THEN UNIX_TIMESTAMP(l.parked_until) DIV 1 END
  FROM sync_run r
  JOIN job j ON j.binding_id = r.binding_id AND j.entity_type = r.entity_type
            AND j.magento_id = r.magento_id AND j.run_id = r.id
  JOIN lane l ON l.id = j.lane_id
 WHERE r.account_id = ? AND r.id = ?
 ORDER BY j.id;

-- name: history_bindings(account, limit)
SELECT id, shop_url FROM binding WHERE account_id = ? ORDER BY shop_url, id LIMIT ?;
