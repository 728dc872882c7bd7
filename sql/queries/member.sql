-- name: member_by_email(email)
-- scope: signing in
SELECT id, account_id, email, password_hash, totp_confirmed_at IS NOT NULL FROM member WHERE email = ?;

-- name: member_password(account, member)
SELECT password_hash FROM member WHERE account_id = ? AND id = ?;
