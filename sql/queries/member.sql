-- name: member_by_email(email)
SELECT id, account_id, password_hash FROM member WHERE email = ?;
