-- A shop lets go: POST /v1/tenant/disconnect. Its webhooks are refused from now on; its
-- cross-references, history and settings stay for a later pairing. What was queued is
-- ended by the worker as failed / auth / binding_revoked.

CREATE OR REPLACE PROCEDURE tenant_disconnect(
  IN p_binding     UUID,
  IN p_key_version INT,
  IN p_token_hash  BINARY(16),
  IN p_expires_at  BIGINT
)
  SQL SECURITY DEFINER
  MODIFIES SQL DATA
disconnect: BEGIN
  DECLARE v_account BIGINT;
  DECLARE v_new TINYINT;
  DECLARE EXIT HANDLER FOR SQLEXCEPTION
  BEGIN
    ROLLBACK;
    RESIGNAL;
  END;

  START TRANSACTION;
  SELECT account_id INTO v_account FROM binding
   WHERE id = p_binding AND status = 'active' AND key_version = p_key_version FOR UPDATE;
  IF v_account IS NULL THEN
    ROLLBACK;
    SELECT 'stale' AS verdict;
    LEAVE disconnect;
  END IF;
  BEGIN
    DECLARE EXIT HANDLER FOR 1062
    BEGIN
      ROLLBACK;
      SELECT 'replayed' AS verdict;
    END;
    INSERT INTO token_seen (token_hash, expires_at) VALUES (p_token_hash, FROM_UNIXTIME(p_expires_at));
    SET v_new = 1;
  END;
  IF v_new IS NULL THEN
    LEAVE disconnect;
  END IF;
  CALL binding_revoke(p_binding);
  CALL audit_append(v_account, 'ledger-webhook', '', 'binding.disconnected_by_shop',
                    JSON_OBJECT('binding', p_binding));
  COMMIT;
  SELECT 'accepted' AS verdict;
END
