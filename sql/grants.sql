-- Each program's MariaDB user and the least it needs. Run by the operator as a MariaDB
-- administrator after `ledgerctl migrate`; running it again leaves each user just what it
-- says. A user that exists already keeps its way of signing in; a new one is known by its
-- system user's name.

CREATE USER IF NOT EXISTS 'ledger-webhook'@'localhost' IDENTIFIED VIA unix_socket;
CREATE USER IF NOT EXISTS 'ledger-dashboard'@'localhost' IDENTIFIED VIA unix_socket;
CREATE USER IF NOT EXISTS 'ledger-connect'@'localhost' IDENTIFIED VIA unix_socket;
CREATE USER IF NOT EXISTS 'ledger-worker'@'localhost' IDENTIFIED VIA unix_socket;
CREATE USER IF NOT EXISTS 'ledgerctl'@'localhost' IDENTIFIED VIA unix_socket;

-- What a former version granted and this one does not goes too.
REVOKE ALL PRIVILEGES, GRANT OPTION FROM 'ledger-webhook'@'localhost', 'ledger-dashboard'@'localhost',
  'ledger-connect'@'localhost', 'ledger-worker'@'localhost', 'ledgerctl'@'localhost';

-- Reads the verifying keys, calls the intake, answers the shop's health and status
-- questions and monitoring's, and lets a shop disconnect. It cannot read the keys that sign our calls,
-- nor any Sage token.
GRANT EXECUTE ON PROCEDURE ledger.intake_event TO 'ledger-webhook'@'localhost';
GRANT INSERT (id, account_id, binding_id, event, entity_type, magento_id, website_id, store_id,
              occurred_at, magento_number, policy_version)
  ON ledger.sync_run TO 'ledger-webhook'@'localhost';
GRANT INSERT (binding_id, lane_id, run_id, kind, entity_type, magento_id)
  ON ledger.job TO 'ledger-webhook'@'localhost';
GRANT SELECT, INSERT ON ledger.run_number TO 'ledger-webhook'@'localhost';
GRANT SELECT ON ledger.binding_epoch TO 'ledger-webhook'@'localhost';
GRANT SELECT (id, binding_id, upstream, parked_until, parked_why, served_at)
  ON ledger.lane TO 'ledger-webhook'@'localhost';
GRANT SELECT ON ledger.heartbeat TO 'ledger-webhook'@'localhost';
GRANT EXECUTE ON PROCEDURE ledger.tenant_disconnect TO 'ledger-webhook'@'localhost';
GRANT SELECT (id, account_id, status, magento_status, sage_status, key_version, outbound_key,
              previous_key, previous_key_until, pending_since, sage_region,
              policy_version, paused)
  ON ledger.binding TO 'ledger-webhook'@'localhost';
GRANT INSERT ON ledger.token_seen TO 'ledger-webhook'@'localhost';
GRANT SELECT ON ledger.sync_run TO 'ledger-webhook'@'localhost';
GRANT SELECT ON ledger.job TO 'ledger-webhook'@'localhost';

-- Sees no sealed value at all.
GRANT SELECT, INSERT ON ledger.account TO 'ledger-dashboard'@'localhost';
GRANT SELECT (id, account_id, email, password_hash, role, created_at, totp_confirmed_at),
      INSERT (account_id, email, password_hash, role),
      UPDATE (password_hash, password_set_at, role), DELETE
  ON ledger.member TO 'ledger-dashboard'@'localhost';
GRANT SELECT (member_id), DELETE ON ledger.recovery_code TO 'ledger-dashboard'@'localhost';
GRANT SELECT, INSERT, UPDATE, DELETE ON ledger.invitation TO 'ledger-dashboard'@'localhost';
GRANT SELECT, DELETE ON ledger.password_reset TO 'ledger-dashboard'@'localhost';
GRANT SELECT, DELETE ON ledger.sign_up TO 'ledger-dashboard'@'localhost';
GRANT INSERT ON ledger.mail TO 'ledger-dashboard'@'localhost';
GRANT SELECT ON ledger.plan TO 'ledger-dashboard'@'localhost';
GRANT SELECT, INSERT, UPDATE, DELETE ON ledger.session TO 'ledger-dashboard'@'localhost';
GRANT SELECT, INSERT, UPDATE, DELETE ON ledger.sign_in_throttle TO 'ledger-dashboard'@'localhost';
GRANT SELECT ON ledger.audit_log TO 'ledger-dashboard'@'localhost';
GRANT EXECUTE ON PROCEDURE ledger.audit_append TO 'ledger-dashboard'@'localhost';
GRANT SELECT (id, account_id, shop_url, status, magento_status, sage_status, sage_region,
              sage_business_id, sage_business_name, policy_version, reference_at, created_at, paused,
              paired_at, sage_connected_at, pinged_at, pending_since)
  ON ledger.binding TO 'ledger-dashboard'@'localhost';
GRANT UPDATE (paused) ON ledger.binding TO 'ledger-dashboard'@'localhost';
GRANT EXECUTE ON PROCEDURE ledger.reference_refresh TO 'ledger-dashboard'@'localhost';
GRANT SELECT ON ledger.sync_run TO 'ledger-dashboard'@'localhost';
GRANT SELECT ON ledger.run_attempt TO 'ledger-dashboard'@'localhost';
GRANT SELECT ON ledger.run_day TO 'ledger-dashboard'@'localhost';
GRANT SELECT ON ledger.job TO 'ledger-dashboard'@'localhost';
GRANT SELECT ON ledger.lane TO 'ledger-dashboard'@'localhost';
GRANT SELECT ON ledger.policy TO 'ledger-dashboard'@'localhost';
GRANT SELECT ON ledger.reference_item TO 'ledger-dashboard'@'localhost';

-- Joins shops and Sage businesses, and lets them go. It reads no history and no settings.
GRANT SELECT ON ledger.account TO 'ledger-connect'@'localhost';
GRANT SELECT ON ledger.plan TO 'ledger-connect'@'localhost';
GRANT SELECT, INSERT, UPDATE, DELETE ON ledger.session TO 'ledger-connect'@'localhost';
GRANT SELECT, INSERT, UPDATE, DELETE ON ledger.sign_in_throttle TO 'ledger-connect'@'localhost';
GRANT SELECT, INSERT, UPDATE ON ledger.binding TO 'ledger-connect'@'localhost';
GRANT SELECT, INSERT, UPDATE ON ledger.lane TO 'ledger-connect'@'localhost';
GRANT SELECT ON ledger.job TO 'ledger-connect'@'localhost';
GRANT SELECT, INSERT, UPDATE, DELETE ON ledger.oauth_state TO 'ledger-connect'@'localhost';
GRANT SELECT, INSERT, UPDATE ON ledger.oauth_token TO 'ledger-connect'@'localhost';
GRANT SELECT, INSERT, UPDATE, DELETE ON ledger.reference_item TO 'ledger-connect'@'localhost';
GRANT SELECT ON ledger.entity_xref TO 'ledger-connect'@'localhost';
GRANT SELECT, INSERT, UPDATE ON ledger.seal_use TO 'ledger-connect'@'localhost';
GRANT EXECUTE ON PROCEDURE ledger.audit_append TO 'ledger-connect'@'localhost';
GRANT EXECUTE ON PROCEDURE ledger.pairing_refuse TO 'ledger-connect'@'localhost';
GRANT EXECUTE ON PROCEDURE ledger.binding_revoke TO 'ledger-connect'@'localhost';
GRANT EXECUTE ON PROCEDURE ledger.reference_refresh TO 'ledger-connect'@'localhost';
-- The second step of signing in, whose secret only it can open.
GRANT SELECT (id, account_id, email, role, password_hash, totp_secret, totp_confirmed_at,
              totp_last_step),
      UPDATE (totp_secret, totp_confirmed_at, totp_last_step)
  ON ledger.member TO 'ledger-connect'@'localhost';
GRANT SELECT, INSERT, UPDATE, DELETE ON ledger.recovery_code TO 'ledger-connect'@'localhost';
GRANT INSERT ON ledger.mail TO 'ledger-connect'@'localhost';

-- Reads bindings and moves their work along. Of people it knows whom to write to.
GRANT SELECT (id, account_id, email, role) ON ledger.member TO 'ledger-worker'@'localhost';
GRANT SELECT ON ledger.account TO 'ledger-worker'@'localhost';
GRANT SELECT, INSERT, UPDATE, DELETE ON ledger.mail TO 'ledger-worker'@'localhost';
-- It makes the links that it mails, and cannot read the hashes of them.
GRANT SELECT (account_id, email), UPDATE (token_hash, expires_at)
  ON ledger.invitation TO 'ledger-worker'@'localhost';
GRANT SELECT (member_id), INSERT, DELETE ON ledger.password_reset TO 'ledger-worker'@'localhost';
GRANT SELECT (email, expires_at), INSERT, DELETE ON ledger.sign_up TO 'ledger-worker'@'localhost';
GRANT EXECUTE ON PROCEDURE ledger.audit_append TO 'ledger-worker'@'localhost';
GRANT SELECT, UPDATE ON ledger.binding TO 'ledger-worker'@'localhost';
GRANT SELECT ON ledger.plan TO 'ledger-worker'@'localhost';
GRANT SELECT, UPDATE ON ledger.oauth_token TO 'ledger-worker'@'localhost';
GRANT SELECT, INSERT ON ledger.policy TO 'ledger-worker'@'localhost';
GRANT SELECT, INSERT, UPDATE, DELETE ON ledger.reference_item TO 'ledger-worker'@'localhost';
GRANT SELECT, UPDATE ON ledger.lane TO 'ledger-worker'@'localhost';
GRANT SELECT, INSERT, UPDATE, DELETE ON ledger.job TO 'ledger-worker'@'localhost';
GRANT SELECT, UPDATE, DELETE ON ledger.sync_run TO 'ledger-worker'@'localhost';
GRANT SELECT, INSERT, UPDATE ON ledger.run_day TO 'ledger-worker'@'localhost';
GRANT SELECT, INSERT, DELETE ON ledger.run_attempt TO 'ledger-worker'@'localhost';
GRANT SELECT, INSERT, UPDATE, DELETE ON ledger.intent TO 'ledger-worker'@'localhost';
GRANT SELECT, INSERT, UPDATE ON ledger.entity_xref TO 'ledger-worker'@'localhost';
GRANT SELECT, DELETE ON ledger.token_seen TO 'ledger-worker'@'localhost';
GRANT SELECT, DELETE ON ledger.session TO 'ledger-worker'@'localhost';
GRANT SELECT, DELETE ON ledger.sign_in_throttle TO 'ledger-worker'@'localhost';
GRANT EXECUTE ON PROCEDURE ledger.pairing_refuse TO 'ledger-worker'@'localhost';
GRANT SELECT, INSERT, UPDATE ON ledger.seal_use TO 'ledger-worker'@'localhost';
GRANT SELECT, INSERT, UPDATE ON ledger.heartbeat TO 'ledger-worker'@'localhost';
GRANT SELECT, INSERT, UPDATE ON ledger.rate_bucket TO 'ledger-worker'@'localhost';
GRANT SELECT, INSERT, UPDATE ON ledger.rate_slot TO 'ledger-worker'@'localhost';

-- The operator's tool owns the schema.
GRANT ALL PRIVILEGES ON ledger.* TO 'ledgerctl'@'localhost';
