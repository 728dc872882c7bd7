-- The shop did not take the key of one attempt: its pending keys go, and the binding with
-- them when it was never anything more. Inside the caller's transaction. A later attempt's
-- keys are left alone.

CREATE OR REPLACE PROCEDURE pairing_refuse(
  IN p_binding UUID,
  IN p_key     VARBINARY(128) -- pending_inbound_key
)
  SQL SECURITY DEFINER
  MODIFIES SQL DATA
BEGIN
  UPDATE binding SET pending_outbound_key = NULL, pending_inbound_key = NULL, pending_since = NULL
   WHERE id = p_binding AND pending_inbound_key = p_key;
  IF ROW_COUNT() = 1 AND EXISTS (SELECT 1 FROM binding WHERE id = p_binding AND status = 'pending') THEN
    DELETE FROM lane WHERE binding_id = p_binding;
    DELETE FROM binding WHERE id = p_binding;
  END IF;
END
