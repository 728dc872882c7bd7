-- Reading the audit log: for its page alone. Writing it (audit.sql) asks for no such grant.

-- name: audit_page(account, before_id, actor, actor_again, action, action_again, from, from_again, to, to_again, most)
-- Newest first; an empty filter lets everything pass. The days are UTC's, both included.
SELECT id, UNIX_TIMESTAMP(created_at) DIV 1, actor, address, action, detail FROM audit_log
 WHERE account_id = ? AND id < ?
   AND (? = '' OR actor = ?) AND (? = '' OR CONVERT(action USING utf8mb4) = ?)
   AND (? = '' OR created_at >= ?) AND (? = '' OR created_at < ? + INTERVAL 1 DAY)
 ORDER BY id DESC LIMIT ?;
