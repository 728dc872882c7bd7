-- What `ledgerctl migrate` has done. The row of a migration is inserted before its first
-- statement: the primary key lets one of several runs in, and a row without applied_at
-- is a migration that is running or has stopped half way.
CREATE TABLE IF NOT EXISTS schema_version (
  version     INT           NOT NULL,
  name        VARCHAR(100)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  checksum    BINARY(32)    NOT NULL COMMENT 'SHA-256 of the file as it was applied',
  started_at  DATETIME(6)   NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
  started_by  VARCHAR(100)  NOT NULL COMMENT 'host:pid',
  applied_at  DATETIME(6)   NULL,
  failure     VARCHAR(512)  NULL COMMENT 'the statement that stopped it, and why',
  PRIMARY KEY (version)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
