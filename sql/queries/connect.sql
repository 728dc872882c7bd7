-- What ledger-connect alone may ask: making bindings, signing in to Sage, letting go.

-- name: connect_binding_add(account, binding, shop_url)
INSERT INTO binding (account_id, id, shop_url) VALUES (?, ?, ?);

-- name: connect_lane_add(binding, upstream)
INSERT INTO lane (binding_id, upstream) VALUES (?, ?);

-- name: connect_state_add(binding, state_hash, session_hash, account, region, verifier)
INSERT INTO oauth_state (binding_id, state_hash, session_hash, account_id, region, verifier, expires_at)
  VALUES (?, ?, ?, ?, ?, ?, UTC_TIMESTAMP(6) + INTERVAL 10 MINUTE);

-- name: connect_state_thin(binding)
DELETE FROM oauth_state WHERE binding_id = ? AND expires_at < UTC_TIMESTAMP(6) - INTERVAL 1 DAY;

-- name: connect_state_get(state_hash)
-- scope: the state names the binding; the caller compares session and account
-- Locks the row: of two callbacks at the same time one comes second.
SELECT session_hash, account_id, binding_id, region, verifier, used_at IS NOT NULL,
       expires_at <= UTC_TIMESTAMP(6)
  FROM oauth_state WHERE state_hash = ? FOR UPDATE;

-- name: connect_state_use(state_hash)
-- scope: as above
UPDATE oauth_state SET used_at = UTC_TIMESTAMP(6) WHERE state_hash = ?;

-- name: connect_state_latest(account, session_hash)
-- Which binding this browser was last on its way with; Sage does not always give the state back.
SELECT binding_id FROM oauth_state
 WHERE account_id = ? AND session_hash = ? ORDER BY expires_at DESC LIMIT 1;

-- name: connect_token_put(binding, access_token, access_expires_at, refresh_token, refresh_expires_at)
INSERT INTO oauth_token (binding_id, access_token, access_expires_at, refresh_token, refresh_expires_at)
  VALUES (?, ?, FROM_UNIXTIME(?), ?, FROM_UNIXTIME(?))
  ON DUPLICATE KEY UPDATE
    access_token = VALUES(access_token), access_expires_at = VALUES(access_expires_at),
    refresh_token = VALUES(refresh_token), refresh_expires_at = VALUES(refresh_expires_at),
    generation = generation + 1;

-- name: connect_token_get(binding)
SELECT refresh_token FROM oauth_token WHERE binding_id = ? AND refresh_token IS NOT NULL;

-- name: connect_token_empty(binding)
UPDATE oauth_token
   SET access_token = NULL, access_expires_at = NULL, refresh_token = NULL, refresh_expires_at = NULL,
       generation = generation + 1
 WHERE binding_id = ?;

-- name: connect_binding_lock(account, binding)
SELECT status, sage_business_id FROM binding WHERE account_id = ? AND id = ? FOR UPDATE;

-- name: connect_join(business, business_name, region, binding)
-- scope: the binding stands behind the business
UPDATE binding
   SET sage_business_id = ?, sage_business_name = ?, sage_region = ?, sage_status = 'active',
       sage_connected_at = UTC_TIMESTAMP(6)
 WHERE id = ?;

-- name: connect_business_taken(business, binding)
-- scope: installation
-- Who it is that has this Sage business, after a unique key said that somebody does.
SELECT shop_url FROM binding
 WHERE sage_business_id = ? AND status = 'active' AND id <> ? LIMIT 1;

-- name: connect_cached_business(binding)
-- Which business the cached reference data, and with them the settings, are of.
SELECT item_id FROM reference_item WHERE binding_id = ? AND kind = 'business';

-- name: connect_forget_reference(binding)
DELETE FROM reference_item WHERE binding_id = ?;

-- name: connect_forget_settings(binding)
-- Accounts and rates of another business mean nothing in this one: new defaults are chosen
-- with its reference data. Former versions stay.
UPDATE binding SET reference_at = NULL, policy_version = 0 WHERE id = ?;

-- name: connect_choice_put(binding, business, name)
INSERT INTO reference_item (binding_id, kind, item_id, name, body)
  VALUES (?, 'business_choice', ?, ?, '{}') ON DUPLICATE KEY UPDATE name = VALUES(name);

-- name: connect_choices_clear(binding)
DELETE FROM reference_item WHERE binding_id = ? AND kind = 'business_choice';

-- name: connect_choices(binding)
-- What the person who signed in may use, and whether this shop was joined to it before.
SELECT r.item_id, r.name,
       EXISTS (SELECT 1 FROM entity_xref x WHERE x.binding_id = r.binding_id AND x.business_id = r.item_id)
  FROM reference_item r WHERE r.binding_id = ? AND r.kind = 'business_choice' ORDER BY r.name, r.item_id;

-- name: connect_sage_off(binding)
UPDATE binding SET sage_status = 'pending', sage_business_id = NULL WHERE id = ?;

-- name: connect_revoke(binding)
CALL binding_revoke(?);

-- name: connect_region(region, binding)
-- scope: the binding stands behind the region
UPDATE binding SET sage_region = ? WHERE id = ?;
