-- Who is signed in. A session is found by the hash of what the browser holds; the account
-- that every other statement starts with comes from here.

-- name: session_open(id_hash, member, account, csrf_token, address, user_agent)
-- scope: signing in
INSERT INTO session (id_hash, member_id, account_id, csrf_token, address, user_agent)
VALUES (?, ?, ?, ?, ?, ?);

-- name: session_find(id_hash, idle_seconds, absolute_seconds)
-- scope: signing in
-- One that still awaits its second step is nobody's yet.
SELECT s.account_id, s.member_id, s.csrf_token, m.email, m.role, a.name
  FROM session s
  JOIN member m ON m.id = s.member_id AND m.account_id = s.account_id
  JOIN account a ON a.id = s.account_id
 WHERE s.id_hash = ? AND s.awaits_code = 0
   AND s.seen_at > UTC_TIMESTAMP(6) - INTERVAL ? SECOND
   AND s.created_at > UTC_TIMESTAMP(6) - INTERVAL ? SECOND;

-- name: session_touch(id_hash, step_seconds)
-- scope: signing in
-- Once a step at most: a page view is no reason for a write.
UPDATE session SET seen_at = UTC_TIMESTAMP(6)
 WHERE id_hash = ? AND seen_at < UTC_TIMESTAMP(6) - INTERVAL ? SECOND;

-- name: session_close(id_hash)
-- scope: signing in
DELETE FROM session WHERE id_hash = ?;

-- name: session_sweep(member, idle_seconds, absolute_seconds)
-- scope: signing in
-- The member's own that have run out.
DELETE FROM session
 WHERE member_id = ?
   AND (seen_at <= UTC_TIMESTAMP(6) - INTERVAL ? SECOND
        OR created_at <= UTC_TIMESTAMP(6) - INTERVAL ? SECOND);
