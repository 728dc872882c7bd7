-- How a binding is doing, for the overview and the page inside the shop's admin.

-- name: health_of(binding_waiting, binding_oldest, binding_failed, binding_last, binding_invoice, account, binding)
-- scope: the account stands behind the counts it is asked for
-- Counted no further than 1000, each by one walk of the index sync_run_outcome; of those that
-- wait the first in that index is the oldest.
SELECT (SELECT COUNT(*) FROM (SELECT 1 FROM sync_run
         WHERE binding_id = ? AND status = 'queued' LIMIT 1000) AS waiting),
       (SELECT UNIX_TIMESTAMP(queued_at) DIV 1 FROM sync_run
         WHERE binding_id = ? AND status = 'queued' AND finished_at IS NULL ORDER BY id LIMIT 1),
       (SELECT COUNT(*) FROM (SELECT 1 FROM sync_run
         WHERE binding_id = ? AND status = 'failed'
           AND finished_at > UTC_TIMESTAMP(6) - INTERVAL 1 DAY LIMIT 1000) AS failed),
       (SELECT UNIX_TIMESTAMP(MAX(finished_at)) DIV 1 FROM sync_run
         WHERE binding_id = ? AND status = 'succeeded'),
       EXISTS (SELECT 1 FROM sync_run
         WHERE binding_id = ? AND entity_type = 'invoice' AND status = 'succeeded')
  FROM binding b WHERE b.account_id = ? AND b.id = ?;

-- name: health_days(account)
-- How many days ago, and what ended that day, of all the account's shops.
SELECT DATEDIFF(UTC_DATE(), d.day), d.outcome, CAST(SUM(d.runs) AS SIGNED)
  FROM binding b JOIN run_day d ON d.binding_id = b.id AND d.day > UTC_DATE() - INTERVAL 30 DAY
 WHERE b.account_id = ?
 GROUP BY d.day, d.outcome;

-- name: health_settings(account, binding)
-- What invoices are posted with, in Sage's own words; NULL where nothing is chosen.
SELECT (SELECT name FROM reference_item r WHERE r.binding_id = b.id AND r.kind = 'tax_rate'
           AND r.item_id = JSON_VALUE(p.body, '$.default_tax_rate_id')),
       (SELECT name FROM reference_item r WHERE r.binding_id = b.id AND r.kind = 'ledger_account'
           AND r.item_id = JSON_VALUE(p.body, '$.default_ledger_account_id')),
       (SELECT name FROM reference_item r WHERE r.binding_id = b.id AND r.kind = 'bank_account'
           AND r.item_id = JSON_VALUE(p.body, '$.default_bank_account_id'))
  FROM binding b JOIN policy p ON p.binding_id = b.id AND p.version = b.policy_version
 WHERE b.account_id = ? AND b.id = ?;
