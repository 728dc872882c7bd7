-- What ledger-webhook may ask. The procedures hold their own transactions.

-- name: intake_binding(binding)
-- The key that verifies this shop's tokens, and the one before a re-pairing while it counts.
-- While a pairing is under way the shop may sign with a key that is not this one yet.
SELECT b.account_id, b.status, b.key_version, b.outbound_key,
       IF(b.previous_key_until > UTC_TIMESTAMP(6), b.previous_key, NULL), l.id,
       b.pending_since IS NOT NULL, TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(6), b.previous_key_until),
       b.policy_version, (SELECT epoch FROM binding_epoch)
  FROM binding b LEFT JOIN lane l ON l.binding_id = b.id AND l.upstream = 'sage'
 WHERE b.id = ?;

-- name: intake_begin()
-- scope: installation
-- Whether what is kept of the bindings still holds, and the number of the first of up to 16
-- new runs: every number of the sequence stands for as many.
SELECT epoch, 16 * NEXT VALUE FOR run_number FROM binding_epoch WHERE one = 1;

-- name: intake_job(binding, lane, run, event, entity_type, magento_id)
INSERT INTO job (binding_id, lane_id, run_id, kind, entity_type, magento_id)
  VALUES (?, ?, ?, ?, ?, ?);

-- name: intake_run(binding, account, run, event, entity_type, magento_id, website_id, store_id, occurred_at, number, policy_version)
INSERT INTO sync_run (binding_id, account_id, id, event, entity_type, magento_id, website_id,
                      store_id, occurred_at, magento_number, policy_version)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, FROM_UNIXTIME(?), ?, ?);

-- name: intake_event(binding, key_version, token_hash, expires_at, event, entity_type, magento_id, mode, website_id, store_id, occurred_at, number)
CALL intake_event(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: intake_disconnect(binding, key_version, token_hash, expires_at)
CALL tenant_disconnect(?, ?, ?, ?);

-- name: intake_token_use(token_hash, expires_at)
-- scope: installation
-- A duplicate key is the answer "used before".
INSERT INTO token_seen (token_hash, expires_at) VALUES (?, FROM_UNIXTIME(?));

-- name: intake_room(most, most_again, most_once_more, seconds)
-- scope: installation
-- 1 while the queue may grow: fewer unfinished jobs than `most`, and none of the oldest
-- thousand has been ready for `seconds` although its lane was free to be served and nobody has
-- come to it for an hour. The ids' span says nearly always that there are few enough; only
-- beyond it are rows counted.
SELECT ((SELECT MAX(id) - MIN(id) + 1 FROM job) IS NULL
        OR (SELECT MAX(id) - MIN(id) + 1 FROM job) < ?
        OR (SELECT COUNT(*) FROM (SELECT 1 FROM job LIMIT ?) AS counted) < ?)
   AND NOT EXISTS (
       SELECT 1 FROM (SELECT lane_id, state, created_at FROM job ORDER BY id LIMIT 1000) AS oldest
         JOIN lane AS l ON l.id = oldest.lane_id
         JOIN binding AS b ON b.id = l.binding_id
        WHERE oldest.state = 'ready' AND oldest.created_at < UTC_TIMESTAMP(6) - INTERVAL ? SECOND
          AND l.parked_until <= UTC_TIMESTAMP(6)
          AND (b.paused = 0 OR b.status = 'revoked' OR l.upstream = 'magento')
          AND l.served_at < UTC_TIMESTAMP(6) - INTERVAL 1 HOUR);

-- name: intake_health(binding)
SELECT magento_status, sage_status, sage_region FROM binding WHERE id = ?;

-- name: intake_count(binding, status, since)
-- Counted no further than 1000: the shop's tile only says how many, roughly. `since` is
-- when it finished, and 0 counts unfinished ones too.
SELECT COUNT(*) FROM (
  SELECT 1 FROM sync_run
   WHERE binding_id = ? AND status = ? AND COALESCE(finished_at, '9999-01-01') > FROM_UNIXTIME(?)
   LIMIT 1000) AS counted;

-- name: intake_last_finished(binding, binding_again, binding_once_more)
-- Unix seconds, or NULL. One index dive a status.
SELECT UNIX_TIMESTAMP(MAX(finished_at)) DIV 1 FROM (
  SELECT MAX(finished_at) AS finished_at FROM sync_run WHERE binding_id = ? AND status = 'succeeded'
  UNION ALL
  SELECT MAX(finished_at) FROM sync_run WHERE binding_id = ? AND status = 'skipped_by_policy'
  UNION ALL
  SELECT MAX(finished_at) FROM sync_run WHERE binding_id = ? AND status = 'failed') AS last;

-- name: intake_entity_runs(binding, entity_type, magento_id)
-- An entity's runs, newest first.
SELECT id, event, status, attempts, skip_reason, error_class, error_code, error_message,
       sage_id, sage_number, UNIX_TIMESTAMP(queued_at) DIV 1, UNIX_TIMESTAMP(finished_at) DIV 1
  FROM sync_run
 WHERE binding_id = ? AND entity_type = ? AND magento_id = ?
 ORDER BY id DESC LIMIT 20;
