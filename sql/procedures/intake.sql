-- The whole of one webhook's intake in one transaction and one round trip: every case. New
-- events are stored together first (cgi/webhook/intake.h); what that refuses comes here. Both
-- take their locks in the same order: token, job, run.
--
-- verdict: 'accepted'  run_id is the event's run, new or joined
--          'replayed'  the token was used before
--          'stale'     the binding is not active under this key version: read its key anew
--
-- Retried whole by the caller after a deadlock, and when the run of a create-once event succeeded
-- between looking at it and taking its place in the queue (a duplicate key in sync_run): it
-- holds no state outside the transaction.

CREATE OR REPLACE PROCEDURE intake_event(
  IN p_binding     UUID,
  IN p_key_version INT,
  IN p_token_hash  BINARY(16),
  IN p_expires_at  BIGINT,
  IN p_event       VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin,
  IN p_entity_type VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin,
  IN p_magento_id  BIGINT,
  IN p_mode        VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin, -- create_once, upsert, unknown
  IN p_website_id  INT,
  IN p_store_id    INT,
  IN p_occurred_at BIGINT,
  IN p_number      VARCHAR(64)                                        -- increment id, or NULL
)
  SQL SECURITY DEFINER
  MODIFIES SQL DATA
intake: BEGIN
  DECLARE v_account, v_lane, v_magento_lane, v_run BIGINT;
  DECLARE v_policy INT;
  DECLARE v_status VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin;
  DECLARE EXIT HANDLER FOR SQLEXCEPTION
  BEGIN
    ROLLBACK;
    RESIGNAL;
  END;

  START TRANSACTION;

  SELECT b.account_id, b.policy_version, s.id, m.id
    INTO v_account, v_policy, v_lane, v_magento_lane
    FROM binding b
    JOIN lane s ON s.binding_id = b.id AND s.upstream = 'sage'
    JOIN lane m ON m.binding_id = b.id AND m.upstream = 'magento'
   WHERE b.id = p_binding AND b.status = 'active' AND b.key_version = p_key_version;
  IF v_account IS NULL THEN
    ROLLBACK;
    SELECT 'stale' AS verdict, NULL AS run_id;
    LEAVE intake;
  END IF;

  BEGIN
    DECLARE EXIT HANDLER FOR 1062
    BEGIN
      ROLLBACK;
      SELECT 'replayed' AS verdict, NULL AS run_id;
    END;
    INSERT INTO token_seen (token_hash, expires_at) VALUES (p_token_hash, FROM_UNIXTIME(p_expires_at));
    SET v_status = 'new';
  END;
  IF v_status IS NULL THEN
    LEAVE intake;
  END IF;

  IF p_mode = 'unknown' THEN
    SET v_run = 16 * NEXT VALUE FOR run_number; -- see intake_begin
    INSERT INTO sync_run (id, account_id, binding_id, event, entity_type, magento_id, website_id,
                          store_id, occurred_at, magento_number, policy_version, status, skip_reason,
                          finished_at)
      VALUES (v_run, v_account, p_binding, p_event, p_entity_type, p_magento_id, p_website_id,
              p_store_id, FROM_UNIXTIME(p_occurred_at), p_number, v_policy, 'skipped_by_policy',
              'event_not_supported', UTC_TIMESTAMP(6));
    INSERT INTO run_day (binding_id, day, outcome, runs)
      VALUES (p_binding, UTC_DATE(), 'skipped_by_policy', 1)
      ON DUPLICATE KEY UPDATE runs = runs + 1;
    COMMIT;
    SELECT 'accepted' AS verdict, v_run AS run_id;
    LEAVE intake;
  END IF;

  -- A create-once event that succeeded is answered with its run, and the shop told again.
  IF p_mode = 'create_once' THEN
    SELECT id, status INTO v_run, v_status FROM sync_run
     WHERE binding_id = p_binding AND entity_type = p_entity_type
       AND magento_id = p_magento_id AND event = p_event
     ORDER BY id DESC LIMIT 1;
    IF v_status = 'succeeded' THEN
      INSERT INTO job (lane_id, binding_id, run_id, kind, entity_type, magento_id)
        VALUES (v_magento_lane, p_binding, v_run, 'push_state', p_entity_type, p_magento_id)
        ON DUPLICATE KEY UPDATE id = LAST_INSERT_ID(id);
      COMMIT;
      SELECT 'accepted' AS verdict, v_run AS run_id;
      LEAVE intake;
    END IF;
  END IF;

  -- The unique key job_single lets one of several parallel duplicates in; the rest wait
  -- for its commit and are then given its run.
  SET v_run = 16 * NEXT VALUE FOR run_number; -- see intake_begin
  INSERT INTO job (lane_id, binding_id, run_id, kind, entity_type, magento_id)
    VALUES (v_lane, p_binding, v_run, p_event, p_entity_type, p_magento_id)
    ON DUPLICATE KEY UPDATE run_id = LAST_INSERT_ID(run_id);
  IF ROW_COUNT() = 1 THEN
    INSERT INTO sync_run (id, account_id, binding_id, event, entity_type, magento_id, website_id,
                          store_id, occurred_at, magento_number, policy_version)
      VALUES (v_run, v_account, p_binding, p_event, p_entity_type, p_magento_id, p_website_id,
              p_store_id, FROM_UNIXTIME(p_occurred_at), p_number, v_policy);
  ELSE
    SET v_run = LAST_INSERT_ID();
  END IF;
  COMMIT;
  SELECT 'accepted' AS verdict, v_run AS run_id;
END
