-- Bindings as their pages show them, without any sealed value.

-- name: connection_list(account, binding, binding_again, most)
-- One binding, or with NULL all. One that was never paired is no connection yet.
SELECT b.id, b.shop_url, b.status, b.magento_status, b.sage_status, b.paused, b.sage_region,
       b.sage_business_id, b.sage_business_name, UNIX_TIMESTAMP(b.paired_at) DIV 1,
       UNIX_TIMESTAMP(b.sage_connected_at) DIV 1, UNIX_TIMESTAMP(b.reference_at) DIV 1,
       UNIX_TIMESTAMP(b.pinged_at) DIV 1, b.pending_since IS NOT NULL,
       EXISTS (SELECT 1 FROM job j WHERE j.binding_id = b.id AND j.entity_type = 'other'
                  AND j.magento_id = 0 AND j.kind = 'refresh_reference'),
       (SELECT IF(l.parked_until > UTC_TIMESTAMP(6), l.parked_why, '') FROM lane l
         WHERE l.binding_id = b.id AND l.upstream = 'sage')
  FROM binding b
 WHERE b.account_id = ? AND (? IS NULL OR b.id = ?) AND b.status <> 'pending'
 ORDER BY b.status, b.shop_url LIMIT ?;

-- name: connection_pause(paused, account, binding, paused_again)
-- scope: the account stands behind the new state
-- One row changed: it was not so before.
UPDATE binding SET paused = ? WHERE account_id = ? AND id = ? AND status = 'active' AND paused <> ?;

-- name: connection_refresh(binding)
CALL reference_refresh(?);
