-- The health loop: every active binding's shop is asked every five minutes or so.

-- name: ping_due(most)
-- scope: installation
-- In the order of the index binding_ping.
SELECT id FROM binding WHERE status = 'active' AND ping_due_at <= UTC_TIMESTAMP(6)
 ORDER BY ping_due_at LIMIT ?;

-- name: ping_take(binding)
-- One row changed: this worker queues it. The random part spreads the shops over time.
UPDATE binding SET ping_due_at = UTC_TIMESTAMP(6) + INTERVAL 300 + FLOOR(RAND() * 60) SECOND
 WHERE id = ? AND ping_due_at <= UTC_TIMESTAMP(6);

-- name: ping_queue(binding, binding_again)
INSERT INTO job (lane_id, binding_id, run_id, kind, entity_type, magento_id)
  SELECT id, ?, NULL, 'ping', 'other', 0 FROM lane WHERE binding_id = ? AND upstream = 'magento'
  ON DUPLICATE KEY UPDATE id = LAST_INSERT_ID(job.id);

-- name: ping_queue_reference(binding)
-- What Sage offers to choose from, once a day; and at once where its first reading failed for good.
INSERT INTO job (lane_id, binding_id, run_id, kind, entity_type, magento_id)
  SELECT l.id, b.id, NULL, 'refresh_reference', 'other', 0
    FROM binding b JOIN lane l ON l.binding_id = b.id AND l.upstream = 'sage'
   WHERE b.id = ? AND b.sage_status = 'active' AND b.sage_business_id IS NOT NULL
     AND (b.reference_at IS NULL OR b.reference_at < UTC_TIMESTAMP(6) - INTERVAL 24 HOUR)
  ON DUPLICATE KEY UPDATE id = LAST_INSERT_ID(job.id);

-- name: ping_take_methods(binding)
-- One row changed: the shop's payment methods were not asked for within a day.
UPDATE binding SET shop_reference_at = UTC_TIMESTAMP(6)
 WHERE id = ? AND COALESCE(shop_reference_at, '2000-01-01') < UTC_TIMESTAMP(6) - INTERVAL 24 HOUR;

-- name: ping_queue_methods(binding, binding_again)
INSERT INTO job (lane_id, binding_id, run_id, kind, entity_type, magento_id)
  SELECT id, ?, NULL, 'refresh_shop', 'other', 0 FROM lane WHERE binding_id = ? AND upstream = 'magento'
  ON DUPLICATE KEY UPDATE id = LAST_INSERT_ID(job.id);

-- name: ping_answered(binding)
UPDATE binding SET pinged_at = UTC_TIMESTAMP(6) WHERE id = ?;

-- name: ping_soon(binding)
-- Nobody answered: asked again in a minute, and what is known of the shop stays as it is.
UPDATE binding SET ping_due_at = UTC_TIMESTAMP(6) + INTERVAL 45 + FLOOR(RAND() * 30) SECOND
 WHERE id = ?;
