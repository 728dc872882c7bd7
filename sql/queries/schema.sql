-- What `ledgerctl migrate` asks. A set of its own: no other table need exist.

-- name: schema_versions()
-- scope: installation
SELECT version, name, checksum, applied_at IS NOT NULL, DATE_FORMAT(started_at, '%Y-%m-%d %H:%i:%S'),
       started_by, failure
  FROM schema_version ORDER BY version;

-- name: schema_begin(version, name, checksum, started_by)
-- scope: installation
-- A duplicate key is the answer "another run has begun this one".
INSERT INTO schema_version (version, name, checksum, started_by) VALUES (?, ?, ?, ?);

-- name: schema_applied(version)
-- scope: installation
UPDATE schema_version SET applied_at = UTC_TIMESTAMP(6) WHERE version = ? AND applied_at IS NULL;

-- name: schema_failed(failure, version)
-- scope: installation
UPDATE schema_version SET failure = ? WHERE version = ? AND applied_at IS NULL;

-- name: schema_forget(version)
-- scope: installation
-- Never one that was applied.
DELETE FROM schema_version WHERE version = ? AND applied_at IS NULL;
