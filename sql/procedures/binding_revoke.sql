-- Ends a binding, from whichever side, inside the caller's transaction: webhooks are refused
-- from now on, and everything queued becomes due at once, so that the worker ends it as failed /
-- auth / binding_revoked instead of at the end of some waiting time. Cross-references,
-- history, settings and a pause stay. Sage's tokens are the caller's matter.

CREATE OR REPLACE PROCEDURE binding_revoke(IN p_binding UUID)
  SQL SECURITY DEFINER
  MODIFIES SQL DATA
BEGIN
  UPDATE binding
     SET status = 'revoked', magento_status = 'token_revoked', key_version = key_version + 1,
         outbound_key = NULL, previous_key = NULL, previous_key_until = NULL, inbound_key = NULL,
         pending_outbound_key = NULL, pending_inbound_key = NULL, pending_since = NULL
   WHERE id = p_binding;
  UPDATE lane SET parked_until = '2000-01-01', parked_why = '', failures = 0
   WHERE binding_id = p_binding;
  UPDATE job SET state = 'ready', due_at = NULL WHERE binding_id = p_binding AND state <> 'ready';
END
