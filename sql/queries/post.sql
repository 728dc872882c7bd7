-- The worker's side of the mail.

-- name: post_due(most)
-- scope: installation
SELECT id, account_id, recipient, letter, facts, attempts, UNIX_TIMESTAMP(created_at) DIV 1 FROM mail
 WHERE state = 'ready' AND due_at <= UTC_TIMESTAMP(6) ORDER BY due_at, id LIMIT ?;

-- name: post_claim(seconds, mail, attempts)
-- scope: installation
-- One worker gets it; when it dies on the way another tries after that time.
UPDATE mail SET attempts = attempts + 1, due_at = UTC_TIMESTAMP(6) + INTERVAL ? SECOND
 WHERE id = ? AND attempts = ? AND state = 'ready';

-- name: post_sent(mail)
-- scope: installation
-- What it said goes; that it was sent stays.
UPDATE mail SET state = 'sent', facts = '', last_error = NULL WHERE id = ?;

-- name: post_retry(last_error, mail)
-- scope: installation
UPDATE mail SET last_error = ? WHERE id = ?;

-- name: post_failed(last_error, mail)
-- scope: installation
UPDATE mail SET state = 'failed', facts = '', last_error = ? WHERE id = ?;

-- name: post_drop(mail)
-- scope: installation
DELETE FROM mail WHERE id = ?;

-- name: post_audited(mail)
-- scope: installation
-- From where a letter was asked for stands here until the audit log has it. One row changed: now.
UPDATE mail SET facts = JSON_REMOVE(facts, '$.address')
 WHERE id = ? AND JSON_EXISTS(facts, '$.address');

-- name: post_member(email)
-- scope: whose address a letter goes to
SELECT id, account_id FROM member WHERE email = ?;

-- name: post_reset_clear(member)
-- scope: who has forgotten the password
-- A second link takes the place of the first.
DELETE FROM password_reset WHERE member_id = ?;

-- name: post_reset_add(token_hash, member, minutes)
-- scope: who has forgotten the password
INSERT INTO password_reset (token_hash, member_id, expires_at)
VALUES (?, ?, UTC_TIMESTAMP(6) + INTERVAL ? MINUTE);

-- name: post_sign_up_clear(email)
-- scope: who signs up
DELETE FROM sign_up WHERE email = ?;

-- name: post_sign_up(email, company, token_hash, hours)
-- scope: who signs up
INSERT INTO sign_up (email, company, token_hash, expires_at)
VALUES (?, ?, ?, UTC_TIMESTAMP(6) + INTERVAL ? HOUR);

-- name: post_invitation(token_hash, days, account, email)
-- scope: the account stands behind the new values
UPDATE invitation SET token_hash = ?, expires_at = UTC_TIMESTAMP(6) + INTERVAL ? DAY
 WHERE account_id = ? AND email = ?;

-- name: post_account(account)
-- For the words of an alert.
SELECT name FROM account WHERE id = ?;
