-- Appends to the audit log and its hash chain, inside the caller's transaction. Programs
-- may call this and not write the table, so that no program can change what was logged.

CREATE OR REPLACE PROCEDURE audit_append(
  IN p_account BIGINT,        -- NULL: the installation's own
  IN p_actor   VARCHAR(254),
  IN p_address VARCHAR(45) CHARACTER SET ascii COLLATE ascii_bin,
  IN p_action  VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin,
  IN p_detail  VARCHAR(2000)  -- JSON, without secrets
)
  SQL SECURITY DEFINER
  MODIFIES SQL DATA
BEGIN
  DECLARE v_previous, v_hash BINARY(32);
  DECLARE v_at DATETIME(6) DEFAULT UTC_TIMESTAMP(6);
  INSERT INTO audit_head (account_id, hash) VALUES (COALESCE(p_account, 0), REPEAT(CHAR(0), 32))
    ON DUPLICATE KEY UPDATE hash = hash;
  SELECT hash INTO v_previous FROM audit_head WHERE account_id = COALESCE(p_account, 0) FOR UPDATE;
  SET v_hash = UNHEX(SHA2(CONCAT_WS('\n', HEX(v_previous), COALESCE(p_account, 0), p_actor, p_address,
                                    p_action, p_detail, v_at), 256));
  INSERT INTO audit_log (account_id, actor, address, action, detail, created_at, previous_hash, hash)
    VALUES (p_account, p_actor, p_address, p_action, p_detail, v_at, v_previous, v_hash);
  UPDATE audit_head SET hash = v_hash WHERE account_id = COALESCE(p_account, 0);
END
