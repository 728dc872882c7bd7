-- Mail on its way out. Programs with pages only add; the worker sends.

-- name: mail_add(recipient, subject, body)
-- scope: a person's address
INSERT INTO mail (recipient, subject, body) VALUES (?, ?, ?);

-- name: mail_add_alert(subject, body, account)
-- scope: the account stands behind what it is told
-- To everybody who can do something about it.
INSERT INTO mail (recipient, subject, body)
SELECT email, ?, ? FROM member WHERE account_id = ? AND role IN ('owner', 'operator');
