-- The worker's side of the mail.

-- name: post_due(most)
-- scope: installation
SELECT id, recipient, subject, body, attempts, UNIX_TIMESTAMP(created_at) DIV 1 FROM mail
 WHERE state = 'ready' AND due_at <= UTC_TIMESTAMP(6) ORDER BY due_at, id LIMIT ?;

-- name: post_claim(seconds, mail, attempts)
-- scope: installation
-- One worker gets it; when it dies on the way another tries after that time.
UPDATE mail SET attempts = attempts + 1, due_at = UTC_TIMESTAMP(6) + INTERVAL ? SECOND
 WHERE id = ? AND attempts = ? AND state = 'ready';

-- name: post_sent(mail)
-- scope: installation
-- The text goes: it may hold a link that opens something.
UPDATE mail SET state = 'sent', body = '', last_error = NULL WHERE id = ?;

-- name: post_retry(last_error, mail)
-- scope: installation
UPDATE mail SET last_error = ? WHERE id = ?;

-- name: post_failed(last_error, mail)
-- scope: installation
UPDATE mail SET state = 'failed', body = '', last_error = ? WHERE id = ?;

-- name: post_account(account)
-- For the words of an alert.
SELECT name FROM account WHERE id = ?;
