-- What a translation reads, and the cross-references and intents that make it happen once.

-- name: binding_get(binding)
SELECT account_id, shop_url, status, sage_status, magento_status, sage_region, sage_business_id,
       policy_version, reference_at IS NOT NULL, inbound_key, key_version, paused
  FROM binding WHERE id = ?;

-- name: binding_state(binding)
-- What a lane's holder must not go on without noticing.
SELECT status, paused, key_version, sage_business_id, pending_since IS NOT NULL FROM binding WHERE id = ?;

-- name: binding_set_sage_status(status, binding)
-- scope: first parameter is the new state
UPDATE binding SET sage_status = ? WHERE id = ? AND status = 'active';

-- name: binding_set_magento_status(status, binding)
-- scope: first parameter is the new state
UPDATE binding SET magento_status = ? WHERE id = ? AND status = 'active';

-- name: binding_reference_read(business_name, binding)
-- scope: first parameter is the business's name
UPDATE binding SET reference_at = UTC_TIMESTAMP(6), sage_business_name = ? WHERE id = ?;

-- name: policy_get(binding, version)
SELECT body FROM policy WHERE binding_id = ? AND version = ?;

-- name: policy_prefixes(binding)
-- Every invoice_number_prefix this binding ever had.
SELECT DISTINCT JSON_VALUE(body, '$.invoice_number_prefix') FROM policy WHERE binding_id = ?;

-- name: policy_next(binding)
-- The current one may be 0 again, after a change of business.
SELECT COALESCE(MAX(version), 0) + 1 FROM policy WHERE binding_id = ?;

-- name: policy_current(version, binding, before)
-- scope: first parameter is the new version
-- Guarded by the version it replaces.
UPDATE binding SET policy_version = ? WHERE id = ? AND policy_version = ?;

-- name: policy_add(binding, version, body, author)
INSERT INTO policy (binding_id, version, body, author) VALUES (?, ?, ?, ?);

-- name: reference_list(binding)
SELECT kind, item_id, name, body FROM reference_item WHERE binding_id = ? ORDER BY kind, item_id;

-- name: reference_put(binding, kind, item_id, name, body)
INSERT INTO reference_item (binding_id, kind, item_id, name, body) VALUES (?, ?, ?, ?, ?)
  ON DUPLICATE KEY UPDATE name = VALUES(name), body = VALUES(body);

-- name: reference_delete(binding, kind, item_id)
DELETE FROM reference_item WHERE binding_id = ? AND kind = ? AND item_id = ?;

-- name: xref_get(binding, business, kind, magento_key)
SELECT sage_id, displayed_as, digest, contact_id, reference, document_date, total, stock_qty
  FROM entity_xref
 WHERE binding_id = ? AND business_id = ? AND kind = ? AND magento_key = ?;

-- name: xref_put(binding, business, kind, magento_key, sage_id, displayed_as, digest, contact_id, reference, document_date, total)
-- What is not known of an update stays as it was.
INSERT INTO entity_xref (binding_id, business_id, kind, magento_key, sage_id, displayed_as, digest,
                         contact_id, reference, document_date, total)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON DUPLICATE KEY UPDATE displayed_as = VALUES(displayed_as), digest = VALUES(digest),
                          contact_id = COALESCE(VALUES(contact_id), contact_id),
                          reference = COALESCE(VALUES(reference), reference),
                          document_date = COALESCE(VALUES(document_date), document_date),
                          total = COALESCE(VALUES(total), total);

-- name: xref_stock(stock_qty, binding, business, kind, magento_key)
-- scope: first parameter is the quantity
UPDATE entity_xref SET stock_qty = ?
 WHERE binding_id = ? AND business_id = ? AND kind = ? AND magento_key = ?;

-- name: xref_owner(binding, business, kind, sage_id)
-- Which Magento record has it.
SELECT magento_key FROM entity_xref
 WHERE binding_id = ? AND business_id = ? AND kind = ? AND sage_id = ?;

-- name: xref_rekey(magento_key, binding, business, kind, sage_id)
-- scope: first parameter is the new owner
-- The record of a product that is gone becomes that of the one which has its SKU now.
UPDATE entity_xref SET magento_key = ?, stock_qty = NULL
 WHERE binding_id = ? AND business_id = ? AND kind = ? AND sage_id = ?;

-- name: xref_of_key(binding, business, kind_prefix, magento_key)
-- One customer's contacts in all currencies; one product in whatever family it is.
SELECT kind, displayed_as, sage_id, digest, reference FROM entity_xref
 WHERE binding_id = ? AND business_id = ? AND kind LIKE CONCAT(?, '%') AND magento_key = ?
 ORDER BY kind;

-- name: xref_contact_kinds(binding, business, sage_id)
-- As what a contact is cross-referenced, unless it was set aside (lib/store/xref.c). Only asked
-- when Sage refused it.
SELECT kind FROM entity_xref
 WHERE binding_id = ? AND business_id = ? AND kind LIKE 'contact%' AND sage_id = ?
   AND magento_key NOT LIKE 'gone:%';

-- name: xref_references(binding, business, kind)
-- The item codes of a family.
SELECT reference FROM entity_xref
 WHERE binding_id = ? AND business_id = ? AND kind = ? AND reference IS NOT NULL;

-- name: intent_get(binding, business, kind, magento_key)
SELECT idempotency_id, path, reference, digest, body,
       created_at < UTC_TIMESTAMP(6) - INTERVAL 6 DAY
  FROM intent WHERE binding_id = ? AND business_id = ? AND kind = ? AND magento_key = ?;

-- name: intent_put(binding, business, kind, magento_key, idempotency_id, path, reference, digest, body)
INSERT INTO intent (binding_id, business_id, kind, magento_key, idempotency_id, path, reference,
                    digest, body)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: intent_delete(binding, business, kind, magento_key)
DELETE FROM intent WHERE binding_id = ? AND business_id = ? AND kind = ? AND magento_key = ?;

-- name: binding_earlier_ones(account, binding)
-- How many of the account's active bindings are older than this one.
SELECT COUNT(*) FROM binding AS o, binding AS b
 WHERE o.account_id = ? AND b.id = ? AND o.status = 'active'
   AND (o.created_at < b.created_at OR (o.created_at = b.created_at AND o.id < b.id));

-- name: binding_first_store(binding)
-- Asked only under a plan of one store: where the first document that was posted came from.
SELECT store_id FROM sync_run
 WHERE binding_id = ? AND status = 'succeeded' AND store_id > 0 ORDER BY finished_at LIMIT 1;

-- name: oauth_get(binding)
SELECT access_token, UNIX_TIMESTAMP(access_expires_at) DIV 1, refresh_token, generation
  FROM oauth_token WHERE binding_id = ? AND refresh_token IS NOT NULL;

-- name: oauth_rotate(access_token, access_expires_at, refresh_token, refresh_expires_at, binding, generation)
-- scope: the binding stands behind the new values
-- Guarded by the generation that was exchanged.
UPDATE oauth_token
   SET access_token = ?, access_expires_at = FROM_UNIXTIME(?), refresh_token = ?,
       refresh_expires_at = FROM_UNIXTIME(?), generation = generation + 1
 WHERE binding_id = ? AND generation = ?;
