-- name: member_by_email(email)
-- scope: signing in
SELECT id, account_id, email, password_hash FROM member WHERE email = ?;
