-- Sealing everything anew after a rotation (ledgerctl keys rewrap). A sealed value begins
-- with one byte of format and four of the key's version. Rows are read in the order of the
-- primary key, a few at a time, and written only when the value is still the one read.

-- name: rewrap_counts()
-- scope: installation
-- How many values each version holds, column by column. One index scan a table: nothing here
-- is on a page's path.
SELECT 'binding.outbound_key' AS value_of, CAST(CONV(HEX(SUBSTR(outbound_key, 2, 4)), 16, 10) AS SIGNED) AS version, COUNT(*) AS count
  FROM binding WHERE outbound_key IS NOT NULL GROUP BY version
UNION ALL
SELECT 'binding.previous_key' AS value_of, CAST(CONV(HEX(SUBSTR(previous_key, 2, 4)), 16, 10) AS SIGNED) AS version, COUNT(*) AS count
  FROM binding WHERE previous_key IS NOT NULL GROUP BY version
UNION ALL
SELECT 'binding.pending_outbound_key' AS value_of, CAST(CONV(HEX(SUBSTR(pending_outbound_key, 2, 4)), 16, 10) AS SIGNED) AS version, COUNT(*) AS count
  FROM binding WHERE pending_outbound_key IS NOT NULL GROUP BY version
UNION ALL
SELECT 'binding.inbound_key' AS value_of, CAST(CONV(HEX(SUBSTR(inbound_key, 2, 4)), 16, 10) AS SIGNED) AS version, COUNT(*) AS count
  FROM binding WHERE inbound_key IS NOT NULL GROUP BY version
UNION ALL
SELECT 'binding.pending_inbound_key' AS value_of, CAST(CONV(HEX(SUBSTR(pending_inbound_key, 2, 4)), 16, 10) AS SIGNED) AS version, COUNT(*) AS count
  FROM binding WHERE pending_inbound_key IS NOT NULL GROUP BY version
UNION ALL
SELECT 'oauth_token.access_token' AS value_of, CAST(CONV(HEX(SUBSTR(access_token, 2, 4)), 16, 10) AS SIGNED) AS version, COUNT(*) AS count
  FROM oauth_token WHERE access_token IS NOT NULL GROUP BY version
UNION ALL
SELECT 'oauth_token.refresh_token' AS value_of, CAST(CONV(HEX(SUBSTR(refresh_token, 2, 4)), 16, 10) AS SIGNED) AS version, COUNT(*) AS count
  FROM oauth_token WHERE refresh_token IS NOT NULL GROUP BY version
UNION ALL
SELECT 'oauth_state.verifier' AS value_of, CAST(CONV(HEX(SUBSTR(verifier, 2, 4)), 16, 10) AS SIGNED) AS version, COUNT(*) AS count
  FROM oauth_state WHERE verifier IS NOT NULL GROUP BY version
UNION ALL
SELECT 'member.totp_secret' AS value_of, CAST(CONV(HEX(SUBSTR(totp_secret, 2, 4)), 16, 10) AS SIGNED) AS version, COUNT(*) AS count
  FROM member WHERE totp_secret IS NOT NULL GROUP BY version;

-- name: rewrap_binding_outbound_key_next(after, version, most)
-- scope: installation
SELECT id, id, account_id, outbound_key FROM binding
 WHERE id > ? AND outbound_key IS NOT NULL AND SUBSTR(outbound_key, 2, 4) <> ?
 ORDER BY id LIMIT ?;

-- name: rewrap_binding_outbound_key_put(sealed, row, before)
-- scope: installation
UPDATE binding SET outbound_key = ? WHERE id = ? AND outbound_key = ?;

-- name: rewrap_binding_previous_key_next(after, version, most)
-- scope: installation
SELECT id, id, account_id, previous_key FROM binding
 WHERE id > ? AND previous_key IS NOT NULL AND SUBSTR(previous_key, 2, 4) <> ?
 ORDER BY id LIMIT ?;

-- name: rewrap_binding_previous_key_put(sealed, row, before)
-- scope: installation
UPDATE binding SET previous_key = ? WHERE id = ? AND previous_key = ?;

-- name: rewrap_binding_pending_outbound_key_next(after, version, most)
-- scope: installation
SELECT id, id, account_id, pending_outbound_key FROM binding
 WHERE id > ? AND pending_outbound_key IS NOT NULL AND SUBSTR(pending_outbound_key, 2, 4) <> ?
 ORDER BY id LIMIT ?;

-- name: rewrap_binding_pending_outbound_key_put(sealed, row, before)
-- scope: installation
UPDATE binding SET pending_outbound_key = ? WHERE id = ? AND pending_outbound_key = ?;

-- name: rewrap_binding_inbound_key_next(after, version, most)
-- scope: installation
SELECT id, id, account_id, inbound_key FROM binding
 WHERE id > ? AND inbound_key IS NOT NULL AND SUBSTR(inbound_key, 2, 4) <> ?
 ORDER BY id LIMIT ?;

-- name: rewrap_binding_inbound_key_put(sealed, row, before)
-- scope: installation
UPDATE binding SET inbound_key = ? WHERE id = ? AND inbound_key = ?;

-- name: rewrap_binding_pending_inbound_key_next(after, version, most)
-- scope: installation
SELECT id, id, account_id, pending_inbound_key FROM binding
 WHERE id > ? AND pending_inbound_key IS NOT NULL AND SUBSTR(pending_inbound_key, 2, 4) <> ?
 ORDER BY id LIMIT ?;

-- name: rewrap_binding_pending_inbound_key_put(sealed, row, before)
-- scope: installation
UPDATE binding SET pending_inbound_key = ? WHERE id = ? AND pending_inbound_key = ?;

-- name: rewrap_oauth_token_access_token_next(after, version, most)
-- scope: installation
SELECT t.binding_id, t.binding_id, b.account_id, t.access_token
  FROM oauth_token t JOIN binding b ON b.id = t.binding_id
 WHERE t.binding_id > ? AND t.access_token IS NOT NULL AND SUBSTR(t.access_token, 2, 4) <> ?
 ORDER BY t.binding_id LIMIT ?;

-- name: rewrap_oauth_token_access_token_put(sealed, row, before)
-- scope: installation
UPDATE oauth_token SET access_token = ? WHERE binding_id = ? AND access_token = ?;

-- name: rewrap_oauth_token_refresh_token_next(after, version, most)
-- scope: installation
SELECT t.binding_id, t.binding_id, b.account_id, t.refresh_token
  FROM oauth_token t JOIN binding b ON b.id = t.binding_id
 WHERE t.binding_id > ? AND t.refresh_token IS NOT NULL AND SUBSTR(t.refresh_token, 2, 4) <> ?
 ORDER BY t.binding_id LIMIT ?;

-- name: rewrap_oauth_token_refresh_token_put(sealed, row, before)
-- scope: installation
UPDATE oauth_token SET refresh_token = ? WHERE binding_id = ? AND refresh_token = ?;

-- name: rewrap_oauth_state_verifier_next(after, version, most)
-- scope: installation
SELECT HEX(state_hash), binding_id, account_id, verifier FROM oauth_state
 WHERE state_hash > UNHEX(?) AND SUBSTR(verifier, 2, 4) <> ?
 ORDER BY state_hash LIMIT ?;

-- name: rewrap_oauth_state_verifier_put(sealed, row, before)
-- scope: installation
UPDATE oauth_state SET verifier = ? WHERE state_hash = UNHEX(?) AND verifier = ?;

-- name: rewrap_member_totp_secret_next(after, version, most)
-- scope: installation
SELECT CAST(id AS CHAR), CAST(id AS CHAR), account_id, totp_secret FROM member
 WHERE id > ? AND totp_secret IS NOT NULL AND SUBSTR(totp_secret, 2, 4) <> ?
 ORDER BY id LIMIT ?;

-- name: rewrap_member_totp_secret_put(sealed, row, before)
-- scope: installation
UPDATE member SET totp_secret = ? WHERE id = ? AND totp_secret = ?;
