-- What the sync pages read. The account of the session comes first in every statement.

-- A page is found first, as ids in the order of one index, and then read by primary key.
-- Each of the following walks one index from the cursor on and stops when the page is full;
-- without the hint the optimizer starts at the newest run and skips all that came since.
-- The filter that is likely the rarest chooses the index (lib/store/history.c); the others
-- are optional and given twice: NULL in its first place switches one off.

-- name: history_older(account, before, limit)
SELECT id FROM sync_run FORCE INDEX (sync_run_history)
 WHERE account_id = ? AND id < ?
 ORDER BY id DESC LIMIT ?;

-- name: history_newer(account, after, limit)
SELECT id FROM sync_run FORCE INDEX (sync_run_history)
 WHERE account_id = ? AND id > ?
 ORDER BY id LIMIT ?;

-- name: history_older_of_status(account, status, before, event, event_again, binding, binding_again, limit)
SELECT id FROM sync_run FORCE INDEX (sync_run_status)
 WHERE account_id = ? AND status = ? AND id < ?
   AND (? IS NULL OR event = ?)
   AND (? IS NULL OR binding_id = ?)
 ORDER BY id DESC LIMIT ?;

-- name: history_newer_of_status(account, status, after, event, event_again, binding, binding_again, limit)
SELECT id FROM sync_run FORCE INDEX (sync_run_status)
 WHERE account_id = ? AND status = ? AND id > ?
   AND (? IS NULL OR event = ?)
   AND (? IS NULL OR binding_id = ?)
 ORDER BY id LIMIT ?;

-- name: history_older_of_event(account, event, before, binding, binding_again, limit)
SELECT id FROM sync_run FORCE INDEX (sync_run_event)
 WHERE account_id = ? AND event = ? AND id < ?
   AND (? IS NULL OR binding_id = ?)
 ORDER BY id DESC LIMIT ?;

-- name: history_newer_of_event(account, event, after, binding, binding_again, limit)
SELECT id FROM sync_run FORCE INDEX (sync_run_event)
 WHERE account_id = ? AND event = ? AND id > ?
   AND (? IS NULL OR binding_id = ?)
 ORDER BY id LIMIT ?;

-- name: history_older_of_binding(account, binding, before, limit)
SELECT id FROM sync_run FORCE INDEX (sync_run_binding)
 WHERE account_id = ? AND binding_id = ? AND id < ?
 ORDER BY id DESC LIMIT ?;

-- name: history_newer_of_binding(account, binding, after, limit)
SELECT id FROM sync_run FORCE INDEX (sync_run_binding)
 WHERE account_id = ? AND binding_id = ? AND id > ?
 ORDER BY id LIMIT ?;

-- name: history_by_magento_number(account, number, before, status, status_one, status_two, event, event_again, binding, binding_again, limit)
SELECT id FROM sync_run FORCE INDEX (sync_run_number)
 WHERE account_id = ? AND magento_number = ? AND id < ?
   AND (? IS NULL OR status IN (?, ?))
   AND (? IS NULL OR event = ?)
   AND (? IS NULL OR binding_id = ?)
 ORDER BY id DESC LIMIT ?;

-- name: history_by_sage_number(account, number, before, status, status_one, status_two, event, event_again, binding, binding_again, limit)
SELECT id FROM sync_run FORCE INDEX (sync_run_sage)
 WHERE account_id = ? AND sage_number = ? AND id < ?
   AND (? IS NULL OR status IN (?, ?))
   AND (? IS NULL OR event = ?)
   AND (? IS NULL OR binding_id = ?)
 ORDER BY id DESC LIMIT ?;

-- name: history_by_magento_id(account, magento_id, before, status, status_one, status_two, event, event_again, binding, binding_again, limit)
-- The key of a run's entity serves: a few of its entries for each of the account's bindings.
-- The kinds stand in a table of their own, for a list of them would read a binding's every run.
SELECT r.id
  FROM (SELECT ? AS account_id, ? AS magento_id) AS asked
  JOIN binding AS b ON b.account_id = asked.account_id
  JOIN (SELECT 'invoice' AS entity_type UNION ALL SELECT 'creditmemo' UNION ALL SELECT 'customer'
        UNION ALL SELECT 'product' UNION ALL SELECT 'other') AS kinds
  JOIN sync_run AS r FORCE INDEX (sync_run_entity)
    ON r.binding_id = b.id AND r.entity_type = kinds.entity_type AND r.magento_id = asked.magento_id
 WHERE r.id < ?
   AND (? IS NULL OR r.status IN (?, ?))
   AND (? IS NULL OR r.event = ?)
   AND (? IS NULL OR r.binding_id = ?)
 ORDER BY r.id DESC LIMIT ?;

-- name: history_rows(account, ids)
-- A page's runs at once: `ids` is a JSON list. Each is one read by primary key.
SELECT STRAIGHT_JOIN
       r.id, r.binding_id, b.shop_url, r.event, r.entity_type, r.magento_id, r.magento_number,
       r.status, r.attempts, r.skip_reason, r.error_class, r.error_code, r.error_message,
       r.sage_id, r.sage_number, r.currency, r.magento_total, r.sage_total,
       UNIX_TIMESTAMP(r.occurred_at) DIV 1,
       UNIX_TIMESTAMP(r.queued_at) DIV 1,
       UNIX_TIMESTAMP(r.finished_at) DIV 1,
       TIMESTAMPDIFF(MICROSECOND, r.queued_at, r.finished_at) DIV 1000, r.warnings
  FROM (SELECT ? AS account_id) me
  JOIN JSON_TABLE(?, '$[*]' COLUMNS (id BIGINT PATH '$')) page
  JOIN sync_run r ON r.id = page.id AND r.account_id = me.account_id
  JOIN binding b ON b.id = r.binding_id
 ORDER BY r.id DESC;

-- name: history_attempts(account, run, limit)
-- Newest first, so that a long ladder of retries is cut at its old end.
SELECT a.number, UNIX_TIMESTAMP(a.started_at) DIV 1, a.duration_ms, a.outcome,
       a.error_class, a.error_code, a.error_message, a.calls, a.request, a.answer
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
