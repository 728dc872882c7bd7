-- How often each key-encryption key was used: the nonces are random, and under one key they
-- should stay below 2^28.

-- name: seal_use_add(ring, version, uses)
-- scope: installation
INSERT INTO seal_use (ring, version, uses) VALUES (?, ?, ?)
  ON DUPLICATE KEY UPDATE uses = uses + VALUES(uses);

-- name: seal_use_list()
-- scope: installation
SELECT ring, version, uses FROM seal_use ORDER BY ring, version;
