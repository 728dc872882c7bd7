-- The second step of signing in; for ledger-connect alone, which holds the vault's keys.

-- name: second_factor_get(account, member)
SELECT totp_secret, totp_confirmed_at IS NOT NULL, totp_last_step FROM member
 WHERE account_id = ? AND id = ?;

-- name: second_factor_begin(secret, account, member)
-- scope: the account stands behind the new value
-- One that is in use stays.
UPDATE member SET totp_secret = ? WHERE account_id = ? AND id = ? AND totp_confirmed_at IS NULL;

-- name: second_factor_confirm(step, account, member)
-- scope: the account stands behind the new value
UPDATE member SET totp_confirmed_at = UTC_TIMESTAMP(6), totp_last_step = ?
 WHERE account_id = ? AND id = ? AND totp_confirmed_at IS NULL;

-- name: second_factor_spend(step, account, member, step_again)
-- scope: the account stands behind the new value
-- A code counts once: of two that come at once one changes the row.
UPDATE member SET totp_last_step = ? WHERE account_id = ? AND id = ? AND totp_last_step < ?;

-- name: second_factor_remove(account, member)
UPDATE member SET totp_secret = NULL, totp_confirmed_at = NULL
 WHERE account_id = ? AND id = ?;

-- name: second_factor_of(account, member)
-- Whose it is that an owner takes away; the row is held.
SELECT email, totp_confirmed_at IS NOT NULL FROM member WHERE account_id = ? AND id = ? FOR UPDATE;

-- name: recovery_add(member, code_hash)
-- scope: the member signed in
INSERT INTO recovery_code (member_id, code_hash) VALUES (?, ?);

-- name: recovery_clear(member)
-- scope: the member signed in
DELETE FROM recovery_code WHERE member_id = ?;

-- name: recovery_spend(member, code_hash)
-- scope: the member signing in
UPDATE recovery_code SET used_at = UTC_TIMESTAMP(6)
 WHERE member_id = ? AND code_hash = ? AND used_at IS NULL;

-- name: recovery_left(member)
-- scope: the member signed in
SELECT COUNT(*) FROM recovery_code WHERE member_id = ? AND used_at IS NULL;

-- name: session_close_others(member, kept_id_hash)
-- scope: the member signed in
DELETE FROM session WHERE member_id = ? AND id_hash <> ?;
