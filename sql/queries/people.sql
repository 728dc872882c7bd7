-- The people of an account: members, invitations, forgotten passwords, sessions.

-- name: people_account_add(name)
-- scope: signing up
INSERT INTO account (name) VALUES (?);

-- name: people_member_add(account, email, password_hash, role)
INSERT INTO member (account_id, email, password_hash, role) VALUES (?, ?, ?, ?);

-- name: people_members(account)
SELECT id, email, role, totp_confirmed_at IS NOT NULL, UNIX_TIMESTAMP(created_at) DIV 1
  FROM member WHERE account_id = ? ORDER BY email;

-- name: people_owners_lock(account)
-- Whoever takes an owner away holds all of them first: two cannot take the last two.
SELECT id FROM member WHERE account_id = ? AND role = 'owner' ORDER BY id FOR UPDATE;

-- name: people_member_lock(account, member)
SELECT email, role FROM member WHERE account_id = ? AND id = ? FOR UPDATE;

-- name: people_set_role(role, account, member)
-- scope: the account stands behind the new value
UPDATE member SET role = ? WHERE account_id = ? AND id = ?;

-- name: people_set_password(password_hash, account, member)
-- scope: the account stands behind the new value
UPDATE member SET password_hash = ?, password_set_at = UTC_TIMESTAMP(6)
 WHERE account_id = ? AND id = ?;

-- name: people_member_delete(account, member)
DELETE FROM member WHERE account_id = ? AND id = ?;

-- name: people_recovery_delete(member)
-- scope: a member of the account, whose row is held
DELETE FROM recovery_code WHERE member_id = ?;

-- name: people_sessions(account, member, idle_seconds, absolute_seconds)
SELECT LOWER(HEX(id_hash)), address, user_agent, UNIX_TIMESTAMP(created_at) DIV 1,
       UNIX_TIMESTAMP(seen_at) DIV 1
  FROM session
 WHERE account_id = ? AND member_id = ? AND awaits_code = 0
   AND seen_at > UTC_TIMESTAMP(6) - INTERVAL ? SECOND
   AND created_at > UTC_TIMESTAMP(6) - INTERVAL ? SECOND
 ORDER BY seen_at DESC;

-- name: people_session_end(account, member, id_hash)
DELETE FROM session WHERE account_id = ? AND member_id = ? AND id_hash = ?;

-- name: people_sessions_end(account, member, kept_id_hash)
DELETE FROM session WHERE account_id = ? AND member_id = ? AND id_hash <> ?;

-- name: people_invitations(account)
SELECT id, email, role, UNIX_TIMESTAMP(expires_at) DIV 1, expires_at > UTC_TIMESTAMP(6)
  FROM invitation WHERE account_id = ? ORDER BY email;

-- name: people_invite(account, email, role, invited_by, days)
-- A second one to the same address takes the place of the first, whose link is void at once.
INSERT INTO invitation (account_id, email, role, invited_by, expires_at)
VALUES (?, ?, ?, ?, UTC_TIMESTAMP(6) + INTERVAL ? DAY)
ON DUPLICATE KEY UPDATE token_hash = NULL, role = VALUES(role), invited_by = VALUES(invited_by),
  created_at = UTC_TIMESTAMP(6), expires_at = VALUES(expires_at);

-- name: people_invitation_lock(account, invitation)
SELECT email FROM invitation WHERE account_id = ? AND id = ? FOR UPDATE;

-- name: people_invitation_delete(account, invitation)
DELETE FROM invitation WHERE account_id = ? AND id = ?;

-- name: people_invitation_find(token_hash)
-- scope: who holds the mailed link
SELECT i.id, i.account_id, a.name, i.email, i.role
  FROM invitation i JOIN account a ON a.id = i.account_id
 WHERE i.token_hash = ? AND i.expires_at > UTC_TIMESTAMP(6);

-- name: people_invitation_take(account, invitation, token_hash)
-- Of two that come at once one deletes a row.
DELETE FROM invitation WHERE account_id = ? AND id = ? AND token_hash = ?;

-- name: people_sign_up_find(token_hash)
-- scope: who holds the mailed link
SELECT email, company FROM sign_up WHERE token_hash = ? AND expires_at > UTC_TIMESTAMP(6);

-- name: people_sign_up_take(token_hash)
-- scope: who holds the mailed link
-- Of two that come at once one deletes a row.
DELETE FROM sign_up WHERE token_hash = ? AND expires_at > UTC_TIMESTAMP(6);

-- name: people_reset_find(token_hash)
-- scope: who holds the mailed link
SELECT m.account_id, m.id, m.email, a.name
  FROM password_reset r JOIN member m ON m.id = r.member_id JOIN account a ON a.id = m.account_id
 WHERE r.token_hash = ? AND r.expires_at > UTC_TIMESTAMP(6);

-- name: people_reset_take(token_hash)
-- scope: who holds the mailed link
-- Of two that come at once one deletes a row.
DELETE FROM password_reset WHERE token_hash = ? AND expires_at > UTC_TIMESTAMP(6);

-- name: people_reset_delete(member)
-- scope: a member whose password changes, or who leaves
DELETE FROM password_reset WHERE member_id = ?;
