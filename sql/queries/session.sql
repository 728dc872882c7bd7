-- Who is signed in. A session is found by the hash of what the browser holds; the account
-- that every other statement starts with comes from here.

-- name: session_open(id_hash, member, account, csrf_token, address, user_agent, awaits_code)
-- scope: signing in
INSERT INTO session (id_hash, member_id, account_id, csrf_token, address, user_agent, awaits_code)
VALUES (?, ?, ?, ?, ?, ?, ?);

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

-- name: session_find_awaiting(id_hash, seconds)
-- scope: signing in
-- The password was right, the code is still to come.
SELECT s.account_id, s.member_id, s.csrf_token, m.email, m.role, a.name
  FROM session s
  JOIN member m ON m.id = s.member_id AND m.account_id = s.account_id
  JOIN account a ON a.id = s.account_id
 WHERE s.id_hash = ? AND s.awaits_code = 1
   AND s.created_at > UTC_TIMESTAMP(6) - INTERVAL ? SECOND;

-- name: session_renew(new_id_hash, csrf_token, id_hash)
-- scope: signing in
-- Its absolute end stays.
UPDATE session SET id_hash = ?, csrf_token = ? WHERE id_hash = ? AND awaits_code = 0;

-- name: session_confirm(new_id_hash, csrf_token, id_hash)
-- scope: signing in
-- The second step was taken: of two that come at once one changes the row.
UPDATE session SET id_hash = ?, csrf_token = ?, awaits_code = 0, created_at = UTC_TIMESTAMP(6),
                   seen_at = UTC_TIMESTAMP(6)
 WHERE id_hash = ? AND awaits_code = 1;

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
