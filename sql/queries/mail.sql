-- Mail on its way out. Programs with pages only add; the worker writes and sends.

-- name: mail_add(account, recipient, letter, facts)
INSERT INTO mail (account_id, recipient, letter, facts) VALUES (?, ?, ?, ?);

-- name: mail_add_alert(letter, facts, account)
-- scope: the account stands behind what it is told
-- To everybody who can do something about it.
INSERT INTO mail (account_id, recipient, letter, facts)
SELECT account_id, email, ?, ? FROM member WHERE account_id = ? AND role IN ('owner', 'operator');
