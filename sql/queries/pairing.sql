-- Pairing a shop: the new keys stand as pending until the shop's answer, or a ping, decides.
-- The sealed pending key names the attempt: sealing gives other bytes every time.

-- name: pairing_of_shop(account, shop_url)
-- Locks the row: of two attempts at the same time the second sees the first.
SELECT id, TIMESTAMPDIFF(SECOND, pending_since, UTC_TIMESTAMP(6))
  FROM binding WHERE account_id = ? AND shop_url = ? FOR UPDATE;

-- name: pairing_unsettled_of_shop(account, shop_url, seconds)
-- An attempt that nobody waits for any more: its program died, or the shop was silent. The last
-- column: whether the binding was never paired within a day.
SELECT id, account_id, shop_url, pending_inbound_key,
       status = 'pending' AND created_at < UTC_TIMESTAMP(6) - INTERVAL 1 DAY
  FROM binding
 WHERE account_id = ? AND shop_url = ? AND pending_since <= UTC_TIMESTAMP(6) - INTERVAL ? SECOND;

-- name: pairing_unsettled(seconds, most)
-- scope: installation
-- In the order of the index binding_pending.
SELECT id, account_id, shop_url, pending_inbound_key,
       status = 'pending' AND created_at < UTC_TIMESTAMP(6) - INTERVAL 1 DAY
  FROM binding
 WHERE pending_since <= UTC_TIMESTAMP(6) - INTERVAL ? SECOND
 ORDER BY pending_since LIMIT ?;

-- name: pairing_offer(outbound_key, inbound_key, binding)
-- scope: the binding stands behind the keys
UPDATE binding
   SET pending_outbound_key = ?, pending_inbound_key = ?, pending_since = UTC_TIMESTAMP(6)
 WHERE id = ?;

-- name: pairing_put_off(binding, inbound_key)
-- Asked and not learnt: the next look comes later.
UPDATE binding SET pending_since = UTC_TIMESTAMP(6) WHERE id = ? AND pending_inbound_key = ?;

-- name: pairing_accept(binding, inbound_key)
-- The assignments happen in this order. Events that the shop signed with the old key just
-- before are accepted for two minutes more. The next worker asks the shop whether it knows the key.
UPDATE binding
   SET previous_key = outbound_key,
       previous_key_until = IF(outbound_key IS NULL, NULL, UTC_TIMESTAMP(6) + INTERVAL 120 SECOND),
       outbound_key = pending_outbound_key, inbound_key = pending_inbound_key,
       pending_outbound_key = NULL, pending_inbound_key = NULL, pending_since = NULL,
       key_version = key_version + 1, status = 'active', magento_status = 'active',
       paired_at = UTC_TIMESTAMP(6), ping_due_at = UTC_TIMESTAMP(6)
 WHERE id = ? AND pending_inbound_key = ?;

-- name: pairing_business_taken(binding)
-- While this binding was revoked another one may have been joined to its Sage business.
SELECT 1 FROM binding b
  JOIN binding o ON o.sage_business_id = b.sage_business_id AND o.status = 'active' AND o.id <> b.id
 WHERE b.id = ? LIMIT 1;

-- name: pairing_drop_business(binding)
UPDATE binding SET sage_business_id = NULL, sage_status = 'pending' WHERE id = ?;

-- name: pairing_refuse(binding, inbound_key)
CALL pairing_refuse(?, ?);

-- name: pairing_wake_lanes(binding)
-- What waited for this connection goes on at once.
UPDATE lane SET parked_until = '2000-01-01', parked_why = '', failures = 0 WHERE binding_id = ?;
