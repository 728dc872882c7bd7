-- Queues reading anew what a binding's Sage business and its shop offer to choose from, at
-- once where it was waiting. Inside the caller's transaction, or on its own.

CREATE OR REPLACE PROCEDURE reference_refresh(IN p_binding UUID)
  SQL SECURITY DEFINER
  MODIFIES SQL DATA
BEGIN
  UPDATE binding SET shop_reference_at = UTC_TIMESTAMP(6) WHERE id = p_binding;
  INSERT INTO job (binding_id, lane_id, run_id, kind, entity_type, magento_id)
    SELECT l.binding_id, l.id, NULL,
           IF(l.upstream = 'sage', 'refresh_reference', 'refresh_shop'), 'other', 0
      FROM lane l WHERE l.binding_id = p_binding
    ON DUPLICATE KEY UPDATE state = IF(job.state = 'waiting', 'ready', job.state), due_at = NULL;
END
