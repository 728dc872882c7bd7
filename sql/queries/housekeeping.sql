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
