-- What the worker thins out: small batches, by primary key.

-- name: token_seen_expired(most)
-- scope: installation
SELECT token FROM token_seen
 WHERE token < UNHEX(LPAD(HEX(UNIX_TIMESTAMP()), 8, '0')) ORDER BY token LIMIT ?;

-- name: token_seen_delete(token)
-- scope: installation
DELETE FROM token_seen WHERE token = ?;

-- name: session_expired(most)
-- scope: installation
SELECT id_hash FROM session
 WHERE seen_at < UTC_TIMESTAMP(6) - INTERVAL 12 HOUR LIMIT ?;

-- name: session_delete(id_hash)
-- scope: installation
DELETE FROM session WHERE id_hash = ?;
