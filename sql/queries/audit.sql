-- Who did what, from where. Rows are only ever added, and chained (procedures/audit.sql).

-- name: audit_add(account, actor, address, action, detail)
CALL audit_append(?, ?, ?, ?, ?);
