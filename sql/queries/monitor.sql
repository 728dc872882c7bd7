-- What monitoring asks (cgi/webhook/monitor.c): the last column is the value, those before it
-- its labels.

-- name: monitor_jobs()
-- scope: installation
SELECT state, COUNT(*) FROM job GROUP BY state;

-- name: monitor_oldest_due()
-- scope: installation
-- How long the oldest job could have been worked on and was not; 0 when there is none. What waits
-- for a person (a parked lane, a paused or revoked binding) and backfills do not count, nor does
-- a retry that was just woken: its row no longer says since when.
SELECT COALESCE(TIMESTAMPDIFF(SECOND, MIN(COALESCE(j.due_at, j.created_at)), UTC_TIMESTAMP(6)), 0)
  FROM job j JOIN lane l ON l.id = j.lane_id JOIN binding b ON b.id = j.binding_id
 WHERE j.priority = 0
   AND ((j.state = 'ready' AND j.attempts = 0) OR (j.state = 'waiting' AND j.due_at <= UTC_TIMESTAMP(6)))
   AND l.parked_until <= UTC_TIMESTAMP(6) AND b.paused = 0 AND b.status = 'active';

-- name: monitor_parked()
-- scope: installation
SELECT upstream, parked_why, COUNT(*) FROM lane
 WHERE parked_until > UTC_TIMESTAMP(6) GROUP BY upstream, parked_why;

-- name: monitor_runs()
-- scope: installation
-- For each binding and outcome one range of sync_run_outcome.
SELECT o.status, CAST(COALESCE(SUM((SELECT COUNT(*) FROM sync_run r FORCE INDEX (sync_run_outcome)
                                     WHERE r.binding_id = b.id AND r.status = o.status
                                       AND r.finished_at > UTC_TIMESTAMP(6) - INTERVAL 1 DAY)), 0) AS INT)
  FROM (SELECT 'succeeded' AS status UNION ALL SELECT 'skipped_by_policy' UNION ALL SELECT 'failed') o
  LEFT JOIN binding b ON TRUE
 GROUP BY o.status;

-- name: monitor_bindings()
-- scope: installation
SELECT status, magento_status, sage_status, COUNT(*)
  FROM binding GROUP BY status, magento_status, sage_status;

-- name: monitor_worker()
-- scope: installation
-- NULL: never seen.
SELECT MIN(TIMESTAMPDIFF(SECOND, seen_at, UTC_TIMESTAMP(6)))
  FROM heartbeat WHERE program = 'ledger-worker';
