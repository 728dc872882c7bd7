-- What Sage allows the whole installation, shared out among its workers: requests a day, as a
-- token bucket that is taken from in slices, and requests at once, as slots that are leased.
-- The clock is the database's; GREATEST keeps a cluster's nodes from filling twice.

-- name: rate_look(burst, a_day, name)
-- scope: installation
-- The bucket as it stands now, and the seconds for which everybody was told to wait.
SELECT CAST(FLOOR(1000 * LEAST(?, tokens + LEAST(GREATEST(TIMESTAMPDIFF(MICROSECOND, filled_at, UTC_TIMESTAMP(6)), 0),
                                                 86460000000) * ? / 86460000000)) AS SIGNED),
       CAST(GREATEST(0, CEIL(TIMESTAMPDIFF(MICROSECOND, UTC_TIMESTAMP(6), parked_until) / 1000000)) AS SIGNED)
  FROM rate_bucket WHERE name = ?;

-- name: rate_open(name, burst)
-- scope: installation
-- A bucket begins full.
INSERT INTO rate_bucket (name, tokens, filled_at) VALUES (?, ?, UTC_TIMESTAMP(6))
  ON DUPLICATE KEY UPDATE name = VALUES(name);

-- name: rate_take(burst, a_day, want, name, burst_again, a_day_again, least)
-- scope: installation
-- One row changed: the slice is ours. None: others were faster, or everybody waits.
UPDATE rate_bucket
   SET tokens = LEAST(?, tokens + LEAST(GREATEST(TIMESTAMPDIFF(MICROSECOND, filled_at, UTC_TIMESTAMP(6)), 0),
                                        86460000000) * ? / 86460000000) - ?,
       filled_at = GREATEST(filled_at, UTC_TIMESTAMP(6))
 WHERE name = ? AND parked_until <= UTC_TIMESTAMP(6)
   AND LEAST(?, tokens + LEAST(GREATEST(TIMESTAMPDIFF(MICROSECOND, filled_at, UTC_TIMESTAMP(6)), 0),
                               86460000000) * ? / 86460000000) >= ?;

-- name: rate_give(burst, tokens, name)
-- scope: installation
-- What was left of a slice.
UPDATE rate_bucket SET tokens = LEAST(?, tokens + ?) WHERE name = ?;

-- name: rate_refused(business, seconds, business_again, seconds_again, name)
-- scope: installation
-- Sage told a business to wait. While another one is told so too, the limit is not the
-- business's but the app's, and everybody waits.
UPDATE rate_bucket
   SET parked_until = IF(refused <> ? AND refused_until > UTC_TIMESTAMP(6),
                         GREATEST(parked_until, UTC_TIMESTAMP(6) + INTERVAL ? SECOND), parked_until),
       refused = ?, refused_until = UTC_TIMESTAMP(6) + INTERVAL ? SECOND
 WHERE name = ?;

-- name: rate_slots_last()
-- scope: installation
SELECT COALESCE(MAX(number), 0) FROM rate_slot;

-- name: rate_slot_add(number)
-- scope: installation
INSERT INTO rate_slot (number) VALUES (?) ON DUPLICATE KEY UPDATE number = VALUES(number);

-- name: rate_slots_free(last, most)
-- scope: installation
-- In no order, so that workers who look at once do not all want the same ones.
SELECT number FROM rate_slot
 WHERE number <= ? AND lease_until < UTC_TIMESTAMP(6) ORDER BY RAND() LIMIT ?;

-- name: rate_slot_claim(owner, seconds, number)
-- scope: installation
-- One row changed: the slot is ours. None: somebody was faster.
UPDATE rate_slot SET lease_owner = ?, lease_until = UTC_TIMESTAMP(6) + INTERVAL ? SECOND
 WHERE number = ? AND lease_until < UTC_TIMESTAMP(6);

-- name: rate_slot_renew(seconds, number, owner)
-- scope: installation
UPDATE rate_slot SET lease_until = UTC_TIMESTAMP(6) + INTERVAL ? SECOND
 WHERE number = ? AND lease_owner = ? AND lease_until > UTC_TIMESTAMP(6);

-- name: rate_slot_release(number, owner)
-- scope: installation
UPDATE rate_slot SET lease_owner = NULL, lease_until = '2000-01-01' WHERE number = ? AND lease_owner = ?;
