-- name: member_by_email(email)
-- scope: signing in
SELECT id, account_id, password_hash FROM member WHERE email = ?;
