-- What an account's plan allows.

-- name: plan_of_account(account)
SELECT p.code, p.name, p.credit_notes, p.payments, p.products, p.stock, p.multi_currency,
       p.several_stores, p.consolidation, p.bindings
  FROM account AS a JOIN plan AS p ON p.code = a.plan WHERE a.id = ?;

-- name: plan_lock_account(account)
-- Of two shops joined at the same moment the second waits for the first.
SELECT id FROM account WHERE id = ? FOR UPDATE;

-- name: plan_other_bindings(binding, account, binding_again)
-- Those that are active, and those whose pairing is under way; -1 for a binding that is active
-- itself and only gets new keys. One whose first pairing stays undecided keeps its place for two
-- minutes: its address may not be a shop's at all.
SELECT IF(EXISTS (SELECT 1 FROM binding AS me WHERE me.id = ? AND me.status = 'active'), -1, COUNT(*))
  FROM binding AS o
 WHERE o.account_id = ? AND o.id <> ? AND (
   o.status = 'active'
   OR (o.pending_since IS NOT NULL
       AND (o.status <> 'pending' OR o.created_at > UTC_TIMESTAMP(6) - INTERVAL 2 MINUTE)));
