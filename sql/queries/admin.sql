-- What ledgerctl may ask, migrations apart (schema.sql).

-- name: admin_account_ensure(name)
-- scope: installation
-- One row changed: the account is new. The insert id is the account's either way.
INSERT INTO account (name) VALUES (?) ON DUPLICATE KEY UPDATE id = LAST_INSERT_ID(id);

-- name: admin_account_by_name(name)
-- scope: installation
SELECT id FROM account WHERE name = ?;

-- name: admin_member_add(account, email, password_hash, role)
INSERT INTO member (account_id, email, password_hash, role) VALUES (?, ?, ?, ?);

-- name: admin_audit(account, action, detail)
CALL audit_append(?, 'ledgerctl', '', ?, ?);

-- name: admin_binding_of_shop(account, shop_url)
SELECT id, status FROM binding WHERE account_id = ? AND shop_url = ?;

-- name: admin_binding_add(account, binding, shop_url, outbound_key, inbound_key, region, business, business_name)
INSERT INTO binding (account_id, id, shop_url, status, magento_status, sage_status, outbound_key,
                     inbound_key, sage_region, sage_business_id, sage_business_name)
  VALUES (?, ?, ?, 'active', 'active', 'active', ?, ?, ?, ?, ?);

-- name: admin_business_taken(business, binding)
-- scope: installation
-- Who has this Sage business, once the unique key has refused it to somebody else.
SELECT id, shop_url FROM binding WHERE active_business = ? AND id <> ?;

-- name: admin_lane_add(binding, upstream)
INSERT INTO lane (binding_id, upstream) VALUES (?, ?);

-- name: admin_token_add(binding, refresh_token, days)
INSERT INTO oauth_token (binding_id, refresh_token, refresh_expires_at)
  VALUES (?, ?, UTC_TIMESTAMP(6) + INTERVAL ? DAY);

-- name: admin_reference_job_add(binding, lane)
-- No event stands behind it, so it has no run.
INSERT INTO job (binding_id, lane_id, run_id, kind, entity_type, magento_id)
  VALUES (?, ?, NULL, 'refresh_reference', 'other', 0);

-- name: admin_status_schema()
-- scope: installation
SELECT COALESCE(MAX(IF(applied_at IS NULL, NULL, version)), 0), COUNT(IF(applied_at IS NULL, 1, NULL))
  FROM schema_version;

-- name: admin_status_bindings()
-- scope: installation
SELECT status, magento_status, sage_status, COUNT(*)
  FROM binding GROUP BY status, magento_status, sage_status;

-- name: admin_status_jobs()
-- scope: installation
SELECT state, COUNT(*), TIMESTAMPDIFF(SECOND, MIN(created_at), UTC_TIMESTAMP(6))
  FROM job GROUP BY state;

-- name: admin_status_lanes()
-- scope: installation
SELECT COUNT(*), COUNT(IF(lease_owner IS NOT NULL AND lease_until > UTC_TIMESTAMP(6), 1, NULL)),
       COUNT(IF(parked_until > UTC_TIMESTAMP(6), 1, NULL))
  FROM lane;

-- name: admin_status_parked()
-- scope: installation
SELECT parked_why, upstream, COUNT(*) FROM lane
 WHERE parked_until > UTC_TIMESTAMP(6) GROUP BY parked_why, upstream;

-- name: admin_status_slots()
-- scope: installation
SELECT COUNT(*) FROM rate_slot WHERE lease_until > UTC_TIMESTAMP(6);

-- name: admin_status_runs()
-- scope: installation
-- What ended in the last day: for each binding and outcome one range of sync_run_outcome.
SELECT o.status, COALESCE(SUM((SELECT COUNT(*) FROM sync_run r FORCE INDEX (sync_run_outcome)
                                WHERE r.binding_id = b.id AND r.status = o.status
                                  AND r.finished_at > UTC_TIMESTAMP(6) - INTERVAL 1 DAY)), 0)
  FROM (SELECT 'succeeded' AS status UNION ALL SELECT 'skipped_by_policy' UNION ALL SELECT 'failed') o
  LEFT JOIN binding b ON TRUE
 GROUP BY o.status;

-- name: admin_status_worker()
-- scope: installation
-- It is started every minute, whether there is work or not.
SELECT DATE_FORMAT(MAX(seen_at), '%Y-%m-%dT%H:%i:%SZ'),
       TIMESTAMPDIFF(SECOND, MAX(seen_at), UTC_TIMESTAMP(6))
  FROM heartbeat WHERE program = 'ledger-worker';

-- name: admin_audit_accounts(name, name_again)
-- scope: installation
-- The heads of the chains: of one account, or (with an empty name) of all.
SELECT h.account_id, COALESCE(a.name, '(the installation)'), HEX(h.hash)
  FROM audit_head h LEFT JOIN account a ON a.id = h.account_id
 WHERE ? = '' OR a.name = ? ORDER BY h.account_id;

-- name: admin_audit_rows(account, account_again, after_id, most)
-- What each row says of the one before, says of itself, and should say of itself.
SELECT id, HEX(previous_hash), HEX(hash),
       SHA2(CONCAT_WS('\n', HEX(previous_hash), COALESCE(account_id, 0), actor, address, action,
                      detail, created_at), 256)
  FROM audit_log
 WHERE (account_id = ? OR (? = 0 AND account_id IS NULL)) AND id > ? ORDER BY id LIMIT ?;

-- name: admin_status_mail()
-- scope: installation
SELECT state, COUNT(*), TIMESTAMPDIFF(SECOND, MIN(created_at), UTC_TIMESTAMP(6))
  FROM mail WHERE state <> 'sent' GROUP BY state;

-- name: admin_binding_get(binding)
-- What a command about one binding says of it.
SELECT b.account_id, b.policy_version, b.sage_business_id, b.shop_url, a.name
  FROM binding AS b JOIN account AS a ON a.id = b.account_id WHERE b.id = ?;

-- name: admin_xref_of_sage(binding, business, sage_id)
SELECT kind, magento_key, displayed_as FROM entity_xref
 WHERE binding_id = ? AND business_id = ? AND sage_id = ?;

-- name: admin_plan_put(code, name, credit_notes, payments, products, stock, multi_currency, several_stores, consolidation, bindings)
-- scope: installation
INSERT INTO plan (code, name, credit_notes, payments, products, stock, multi_currency,
                  several_stores, consolidation, bindings)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON DUPLICATE KEY UPDATE name = VALUES(name), credit_notes = VALUES(credit_notes),
    payments = VALUES(payments), products = VALUES(products), stock = VALUES(stock),
    multi_currency = VALUES(multi_currency), several_stores = VALUES(several_stores),
    consolidation = VALUES(consolidation), bindings = VALUES(bindings);

-- name: admin_plan_list()
-- scope: installation
SELECT p.code, p.name, p.credit_notes, p.payments, p.products, p.stock, p.multi_currency,
       p.several_stores, p.consolidation, p.bindings,
       (SELECT COUNT(*) FROM account AS a WHERE a.plan = p.code)
  FROM plan AS p ORDER BY p.code;

-- name: admin_plan_of_account(plan, account)
-- scope: first parameter is the plan
-- A plan that is none is refused by the foreign key.
UPDATE account SET plan = ? WHERE id = ?;

-- name: admin_plan_known(code)
-- scope: installation
SELECT 1 FROM plan WHERE code = ?;

-- name: admin_last_before(binding, entity_type, before)
-- Where a walk over the shop's ids may begin: the last one that came before a time.
SELECT COALESCE(MAX(magento_id), 0) FROM sync_run
 WHERE binding_id = ? AND entity_type = ? AND occurred_at < FROM_UNIXTIME(?);

-- name: admin_run_done(binding, entity_type, magento_id, event, once)
-- A run that is still to be worked on, or (of an event that comes once) succeeded.
SELECT 1 FROM sync_run
 WHERE binding_id = ? AND entity_type = ? AND magento_id = ? AND event = ?
   AND (status IN ('queued', 'running') OR (? AND status = 'succeeded')) LIMIT 1;

-- name: admin_run_next()
-- scope: installation
SELECT 16 * NEXT VALUE FOR run_number;

-- name: admin_run_add(run, event, entity_type, magento_id, occurred_at, binding)
-- scope: first parameter is the run
-- Without a time it happens now.
INSERT INTO sync_run (id, account_id, binding_id, event, entity_type, magento_id, website_id,
                      store_id, occurred_at, policy_version)
  SELECT ?, account_id, id, ?, ?, ?, 0, 0, COALESCE(FROM_UNIXTIME(?), UTC_TIMESTAMP(6)),
         policy_version
    FROM binding WHERE id = ?;

-- name: admin_job_add(run, event, entity_type, magento_id, binding)
-- scope: first parameter is the run
-- Behind everything fresh: priority 1.
INSERT INTO job (lane_id, binding_id, run_id, kind, entity_type, magento_id, priority)
  SELECT id, binding_id, ?, ?, ?, ?, 1 FROM lane WHERE binding_id = ? AND upstream = 'sage';

-- name: admin_entity_after(binding, entity_type, after)
-- The first id behind another that an event ever named; the second column is NULL for none.
SELECT MIN(magento_id), IF(MIN(magento_id) IS NULL, NULL, 'known') FROM sync_run
 WHERE binding_id = ? AND entity_type = ? AND magento_id > ?;

-- name: admin_push_jobs(binding, entity_type, entity_type_again, first, last, from_day, to_day)
-- What ended is told to the shop again: of one kind or of all (NULL), of a range of the shop's
-- ids, of days in UTC.
INSERT INTO job (lane_id, binding_id, run_id, kind, entity_type, magento_id, priority)
  SELECT l.id, l.binding_id, MAX(r.id), 'push_state', r.entity_type, r.magento_id, 1
    FROM sync_run AS r JOIN lane AS l ON l.binding_id = r.binding_id AND l.upstream = 'magento'
   WHERE r.binding_id = ? AND r.entity_type <> 'other' AND (? IS NULL OR r.entity_type = ?)
     AND r.magento_id BETWEEN ? AND ?
     AND r.status IN ('succeeded', 'skipped_by_policy', 'failed')
     AND r.finished_at >= ? AND r.finished_at < ? + INTERVAL 1 DAY
   GROUP BY l.id, l.binding_id, r.entity_type, r.magento_id
  ON DUPLICATE KEY UPDATE id = LAST_INSERT_ID(job.id);

-- name: admin_accounts()
-- scope: installation
SELECT a.id, a.name, (SELECT COUNT(*) FROM member m WHERE m.account_id = a.id),
       (SELECT COUNT(*) FROM binding b WHERE b.account_id = a.id AND b.status = 'active'),
       DATE_FORMAT(a.created_at, '%Y-%m-%dT%H:%i:%SZ')
  FROM account a ORDER BY a.name;

-- name: admin_users(account_name, account_name_again)
-- scope: installation
SELECT m.id, m.email, m.role, a.name, IF(m.totp_confirmed_at IS NULL, 'no', 'yes'),
       DATE_FORMAT(m.created_at, '%Y-%m-%dT%H:%i:%SZ')
  FROM member m JOIN account a ON a.id = m.account_id
 WHERE ? IS NULL OR a.name = ? ORDER BY a.name, m.email;

-- name: admin_user_lock(email)
-- scope: installation
SELECT id, account_id, role FROM member WHERE email = ? FOR UPDATE;

-- name: admin_owners_lock(account)
SELECT id FROM member WHERE account_id = ? AND role = 'owner' ORDER BY id FOR UPDATE;

-- name: admin_user_delete(account, member)
DELETE FROM member WHERE account_id = ? AND id = ?;

-- name: admin_user_password(password_hash, account, member)
-- scope: the account stands behind the new value
UPDATE member SET password_hash = ?, password_set_at = UTC_TIMESTAMP(6)
 WHERE account_id = ? AND id = ?;

-- name: admin_user_no_second_factor(account, member)
UPDATE member SET totp_secret = NULL, totp_confirmed_at = NULL, totp_last_step = 0
 WHERE account_id = ? AND id = ?;

-- name: admin_user_end_sessions(member)
-- scope: the operator names the member
DELETE FROM session WHERE member_id = ?;

-- name: admin_user_end_resets(member)
DELETE FROM password_reset WHERE member_id = ?;

-- name: admin_user_end_recovery(member)
DELETE FROM recovery_code WHERE member_id = ?;

-- name: admin_bindings(account_name, account_name_again)
-- scope: installation
SELECT b.id, b.shop_url, b.status, IF(b.paused, 'yes', 'no'), b.magento_status, b.sage_status,
       b.sage_business_name, a.name
  FROM binding b JOIN account a ON a.id = b.account_id
 WHERE ? IS NULL OR a.name = ? ORDER BY a.name, b.shop_url;

-- name: admin_binding(binding)
SELECT b.id, a.name, b.shop_url, b.status, IF(b.paused, 'yes', 'no'), b.magento_status,
       b.sage_status, b.sage_region, b.sage_business_id, b.sage_business_name, b.key_version,
       b.policy_version, DATE_FORMAT(b.paired_at, '%Y-%m-%dT%H:%i:%SZ'),
       DATE_FORMAT(b.pinged_at, '%Y-%m-%dT%H:%i:%SZ'),
       DATE_FORMAT(b.reference_at, '%Y-%m-%dT%H:%i:%SZ'),
       (SELECT COUNT(*) FROM job j WHERE j.binding_id = b.id)
  FROM binding b JOIN account a ON a.id = b.account_id WHERE b.id = ?;

-- name: admin_binding_lock(binding)
SELECT account_id, status, paused FROM binding WHERE id = ? FOR UPDATE;

-- name: admin_binding_pause(paused, binding)
-- scope: the binding stands behind the new value
UPDATE binding SET paused = ? WHERE id = ?;

-- name: admin_binding_revoke(binding)
CALL binding_revoke(?);

-- name: admin_binding_forget_sage(binding)
-- The generation counts on, so that a refresh under way cannot bring it back.
UPDATE oauth_token
   SET access_token = NULL, access_expires_at = NULL, refresh_token = NULL, generation = generation + 1
 WHERE binding_id = ?;

-- name: admin_binding_sage_pending(binding)
UPDATE binding SET sage_status = 'pending' WHERE id = ?;
