-- What the worker thins out: small batches, by primary key.

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
