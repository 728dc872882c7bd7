-- What ledger-webhook may ask. The procedures hold their own transactions.

-- name: intake_binding(binding)
-- The key that verifies this shop's tokens, and the one before a re-pairing while it counts.
-- While a pairing is under way the shop may sign with a key that is not this one yet.
SELECT b.account_id, b.status, b.key_version, b.outbound_key,
       IF(b.previous_key_until > UTC_TIMESTAMP(6), b.previous_key, NULL), l.id,
       b.pending_since IS NOT NULL, TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(6), b.previous_key_until)
  FROM binding b LEFT JOIN lane l ON l.binding_id = b.id AND l.upstream = 'sage'
 WHERE b.id = ?;

-- name: intake_new(account, binding, lane, event, entity_type, magento_id, website_id, store_id, occurred_at, number, binding_again, key_version, token_hash, expires_at)
-- What nearly every event is, new, in one statement: the trigger intake_file remembers the
-- token and queues the job. Anything else fails as a whole and is for intake_event to judge:
-- a duplicate key, of the token or of the event, or a NULL policy, because the binding is not
-- active under this key version.
INSERT INTO sync_run (id, account_id, binding_id, lane_id, event, entity_type, magento_id,
                      website_id, store_id, occurred_at, magento_number, policy_version, token_hash,
                      token_expires_at)
  VALUES (NEXT VALUE FOR run_number, ?, ?, ?, ?, ?, ?, ?, ?, FROM_UNIXTIME(?), ?,
          (SELECT policy_version FROM binding WHERE id = ? AND status = 'active' AND key_version = ?),
          ?, FROM_UNIXTIME(?))
  RETURNING id;

-- name: intake_event(binding, key_version, token_hash, expires_at, event, entity_type, magento_id, mode, website_id, store_id, occurred_at, number)
CALL intake_event(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: intake_disconnect(binding, key_version, token_hash, expires_at)
CALL tenant_disconnect(?, ?, ?, ?);

-- name: intake_token_use(token_hash, expires_at)
-- scope: installation
-- A duplicate key is the answer "used before".
INSERT INTO token_seen (token_hash, expires_at) VALUES (?, FROM_UNIXTIME(?));

-- name: intake_depth(most)
-- scope: installation
-- Unfinished jobs, counted no further than `most`.
SELECT COUNT(*) FROM (SELECT 1 FROM job LIMIT ?) AS counted;

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
