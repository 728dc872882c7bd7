-- The first schema. InnoDB, utf8mb4, and a primary key on every table (Galera needs one).
-- Times are UTC. Ids that appear on the wire are UUIDs; the rest are BIGINT.
-- Text that is compared byte by byte (codes, ids, hashes) is ascii.

CREATE TABLE account (
  id          BIGINT        NOT NULL AUTO_INCREMENT,
  name        VARCHAR(100)  NOT NULL,
  created_at  DATETIME(6)   NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
  PRIMARY KEY (id),
  UNIQUE KEY account_name (name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='A merchant company';

CREATE TABLE member (
  id             BIGINT        NOT NULL AUTO_INCREMENT,
  account_id     BIGINT        NOT NULL,
  email          VARCHAR(254)  NOT NULL COMMENT 'lower case, trimmed',
  password_hash  VARCHAR(128)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'crypt(5), yescrypt',
  role           ENUM('owner','operator','viewer') NOT NULL,
  created_at     DATETIME(6)   NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
  PRIMARY KEY (id),
  UNIQUE KEY member_email (email),
  KEY member_account (account_id),
  CONSTRAINT member_of_account FOREIGN KEY (account_id) REFERENCES account (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='A person who signs in';

CREATE TABLE session (
  id_hash      BINARY(32)    NOT NULL COMMENT 'SHA-256 of the 256-bit id that only the browser holds',
  member_id    BIGINT        NOT NULL,
  account_id   BIGINT        NOT NULL,
  csrf_token   CHAR(64)      CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  created_at   DATETIME(6)   NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
  seen_at      DATETIME(6)   NOT NULL DEFAULT CURRENT_TIMESTAMP(6) COMMENT 'idle life counts from here',
  address      VARCHAR(45)   CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  user_agent   VARCHAR(255)  NOT NULL,
  PRIMARY KEY (id_hash),
  KEY session_member (member_id),
  KEY session_seen (seen_at),
  CONSTRAINT session_of_member FOREIGN KEY (member_id) REFERENCES member (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TABLE sign_in_throttle (
  subject      BINARY(32)    NOT NULL COMMENT 'SHA-256 of what is throttled: an e-mail or an address',
  failures     INT           NOT NULL,
  window_from  DATETIME(6)   NOT NULL,
  PRIMARY KEY (subject),
  KEY sign_in_throttle_window (window_from)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TABLE audit_log (
  id          BIGINT        NOT NULL AUTO_INCREMENT,
  account_id  BIGINT        NULL COMMENT 'NULL: the installation''s own',
  actor       VARCHAR(254)  NOT NULL COMMENT 'an e-mail, or the program that acted',
  address     VARCHAR(45)   CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  action      VARCHAR(64)   CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  detail      VARCHAR(2000) NOT NULL DEFAULT '' COMMENT 'JSON, without secrets',
  created_at  DATETIME(6)   NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
  PRIMARY KEY (id),
  KEY audit_log_account (account_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='Append-only';

-- One Magento installation joined to one Sage business. Its id is the tenant_id that the
-- shop is given, the webhook path's segment and the token's sub.
CREATE TABLE binding (
  id                  UUID          NOT NULL,
  account_id          BIGINT        NOT NULL,
  shop_url            VARCHAR(255)  NOT NULL COMMENT 'the base URL without a trailing slash',
  status              ENUM('pending','active','revoked') NOT NULL DEFAULT 'pending',
  magento_status      ENUM('pending','active','token_revoked') NOT NULL DEFAULT 'pending',
  sage_status         ENUM('pending','active','reconnect_needed','no_subscription','access_denied') NOT NULL DEFAULT 'pending',
  key_version         INT           NOT NULL DEFAULT 1 COMMENT 'counts pairings: a cached key of another number is stale',
  outbound_key        VARBINARY(128) NULL COMMENT 'verifies webhooks; sealed under the intake ring',
  previous_key        VARBINARY(128) NULL COMMENT 'the verifying key before a re-pairing',
  previous_key_until  DATETIME(6)   NULL,
  inbound_key         VARBINARY(128) NULL COMMENT 'signs calls to the shop; sealed under the vault ring',
  sage_region         CHAR(2)       CHARACTER SET ascii COLLATE ascii_bin NULL,
  sage_business_id    CHAR(32)      CHARACTER SET ascii COLLATE ascii_bin NULL,
  sage_business_name  VARCHAR(255)  NULL,
  policy_version      INT           NOT NULL DEFAULT 0 COMMENT '0: no policy yet, the defaults rule',
  reference_at        DATETIME(6)   NULL COMMENT 'when the reference cache was last filled',
  created_at          DATETIME(6)   NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
  PRIMARY KEY (id),
  UNIQUE KEY binding_shop (account_id, shop_url),
  KEY binding_business (sage_business_id),
  CONSTRAINT binding_of_account FOREIGN KEY (account_id) REFERENCES account (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TABLE oauth_token (
  binding_id          UUID            NOT NULL,
  access_token        VARBINARY(4200) NULL COMMENT 'sealed under the vault ring',
  access_expires_at   DATETIME(6)     NULL,
  refresh_token       VARBINARY(4200) NOT NULL COMMENT 'sealed under the vault ring',
  refresh_expires_at  DATETIME(6)     NOT NULL,
  generation          INT             NOT NULL DEFAULT 1 COMMENT 'counts rotations; a guarded update compares it',
  PRIMARY KEY (binding_id),
  CONSTRAINT oauth_token_of_binding FOREIGN KEY (binding_id) REFERENCES binding (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TABLE policy (
  binding_id  UUID          NOT NULL,
  version     INT           NOT NULL,
  body        TEXT          NOT NULL COMMENT 'JSON',
  author      VARCHAR(254)  NOT NULL,
  created_at  DATETIME(6)   NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
  PRIMARY KEY (binding_id, version),
  CONSTRAINT policy_of_binding FOREIGN KEY (binding_id) REFERENCES binding (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='Settings; a run is judged by the version it was queued under';

-- What Sage (and the shop) offer to choose from, as last read.
CREATE TABLE reference_item (
  binding_id  UUID          NOT NULL,
  kind        VARCHAR(24)   CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'business, tax_rate, ledger_account, …',
  item_id     VARCHAR(64)   NOT NULL,
  name        VARCHAR(255)  NOT NULL,
  body        TEXT          NOT NULL COMMENT 'JSON: the fields that the books need',
  PRIMARY KEY (binding_id, kind, item_id),
  CONSTRAINT reference_item_of_binding FOREIGN KEY (binding_id) REFERENCES binding (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- The unit of scheduling: a binding's calls to one upstream, strictly one at a time.
-- Which lanes have work is read from the job table's index, so intake never writes here.
CREATE TABLE lane (
  id            BIGINT       NOT NULL AUTO_INCREMENT,
  binding_id    UUID         NOT NULL,
  upstream      ENUM('sage','magento') NOT NULL,
  served_at     DATETIME(6)  NOT NULL DEFAULT '2000-01-01 00:00:00' COMMENT 'round robin: the least recently served goes first',
  parked_until  DATETIME(6)  NOT NULL DEFAULT '2000-01-01 00:00:00' COMMENT 'told to wait, or paused',
  parked_why    VARCHAR(64)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  failures      INT          NOT NULL DEFAULT 0 COMMENT 'in a row: the circuit breaker opens at five',
  lease_owner   VARCHAR(64)  CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'host:pid:thread:claim of the holder',
  lease_until   DATETIME(6)  NOT NULL DEFAULT '2000-01-01 00:00:00',
  PRIMARY KEY (id),
  UNIQUE KEY lane_of_binding (binding_id, upstream),
  CONSTRAINT lane_of_binding FOREIGN KEY (binding_id) REFERENCES binding (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- The history: one row an event. Its id comes from a sequence, not from the row, so that the
-- job can be inserted first and a duplicate costs no insert here.
CREATE SEQUENCE run_number START WITH 1 INCREMENT BY 1 CACHE 1000 ENGINE=InnoDB;

CREATE TABLE sync_run (
  id              BIGINT       NOT NULL,
  account_id      BIGINT       NOT NULL,
  binding_id      UUID         NOT NULL,
  event           VARCHAR(64)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  entity_type     ENUM('invoice','creditmemo','customer','product','other') NOT NULL,
  magento_id      BIGINT       NOT NULL,
  website_id      INT          NOT NULL,
  store_id        INT          NOT NULL,
  occurred_at     DATETIME(6)  NOT NULL,
  policy_version  INT          NOT NULL,
  status          ENUM('queued','running','succeeded','skipped_by_policy','failed') NOT NULL DEFAULT 'queued',
  attempts        INT          NOT NULL DEFAULT 0,
  skip_reason     VARCHAR(64)  CHARACTER SET ascii COLLATE ascii_bin NULL,
  error_class     VARCHAR(16)  CHARACTER SET ascii COLLATE ascii_bin NULL,
  error_code      VARCHAR(64)  CHARACTER SET ascii COLLATE ascii_bin NULL,
  error_message   VARCHAR(512) NULL,
  warnings        TEXT         NULL COMMENT 'JSON list of {code, message}',
  magento_number  VARCHAR(64)  NULL COMMENT 'increment id, SKU or customer number, as people know it',
  currency        CHAR(3)      CHARACTER SET ascii COLLATE ascii_bin NULL,
  magento_total   DECIMAL(18,2) NULL,
  sage_total      DECIMAL(18,2) NULL,
  sage_id         CHAR(32)     CHARACTER SET ascii COLLATE ascii_bin NULL,
  sage_number     VARCHAR(64)  NULL COMMENT 'displayed_as: SI-27',
  queued_at       DATETIME(6)  NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
  finished_at     DATETIME(6)  NULL,
  once            TINYINT      AS (IF(event IN ('invoice.created', 'invoice.paid', 'creditmemo.created')
                                      AND status NOT IN ('failed', 'skipped_by_policy'), 1, NULL)) STORED
                               COMMENT '1: a second such event is answered with this run',
  lane_id         BIGINT       NULL COMMENT 'carried to the trigger intake_file; never kept',
  token_hash      BINARY(16)   NULL COMMENT 'carried to the trigger intake_file; never kept',
  token_expires_at DATETIME    NULL COMMENT 'carried to the trigger intake_file; never kept',
  PRIMARY KEY (id),
  UNIQUE KEY sync_run_entity (binding_id, entity_type, magento_id, event, once),
  KEY sync_run_outcome (binding_id, status, finished_at),
  KEY sync_run_history (account_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TABLE run_attempt (
  run_id        BIGINT       NOT NULL,
  number        INT          NOT NULL,
  started_at    DATETIME(6)  NOT NULL,
  duration_ms   INT          NOT NULL,
  outcome       VARCHAR(24)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'succeeded, skipped_by_policy, failed, retry, waiting',
  error_class   VARCHAR(16)  CHARACTER SET ascii COLLATE ascii_bin NULL,
  error_code    VARCHAR(64)  CHARACTER SET ascii COLLATE ascii_bin NULL,
  error_message VARCHAR(512) NULL,
  calls         TEXT         NOT NULL COMMENT 'JSON list of {method, path, status, ms, request_id}',
  PRIMARY KEY (run_id, number)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- Unfinished work only; a finished job's row is deleted in the transaction that settles it.
--   ready    may be taken now, by whoever holds its lane
--   waiting  not before due_at
--   blocked  behind an earlier job of the same entity, which readies it when it finishes
-- There is no "running": the lane's lease says it, and ends by itself when a worker dies.
CREATE TABLE job (
  id           BIGINT       NOT NULL AUTO_INCREMENT,
  lane_id      BIGINT       NOT NULL,
  binding_id   UUID         NOT NULL,
  run_id       BIGINT       NULL COMMENT 'NULL: no event stands behind it',
  kind         VARCHAR(32)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'an event, push_state, refresh_reference',
  entity_type  ENUM('invoice','creditmemo','customer','product','other') NOT NULL,
  magento_id   BIGINT       NOT NULL,
  single       TINYINT      NULL DEFAULT 1 COMMENT '1: a second such job joins this one; NULL: it may not any more',
  state        ENUM('ready','waiting','blocked') NOT NULL DEFAULT 'ready',
  priority     TINYINT      NOT NULL DEFAULT 0 COMMENT '0 fresh, 1 retries in bulk and backfills',
  due_at       DATETIME(6)  NULL COMMENT 'of a waiting job',
  attempts     INT          NOT NULL DEFAULT 0,
  created_at   DATETIME(6)  NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
  PRIMARY KEY (id),
  UNIQUE KEY job_single (binding_id, entity_type, magento_id, kind, single),
  KEY job_lane (state, lane_id, priority, id),
  KEY job_due (state, due_at, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- Committed before a POST: whatever crashes afterwards, the same bytes with the same
-- idempotency id are sent again. Deleted when the outcome is settled.
CREATE TABLE intent (
  binding_id      UUID         NOT NULL,
  business_id     CHAR(32)     CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  kind            VARCHAR(32)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  magento_key     VARCHAR(64)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  idempotency_id  CHAR(32)     CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  path            VARCHAR(64)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  reference       VARCHAR(25)  NOT NULL COMMENT 'to look for in Sage when the id is too old to repeat',
  digest          BINARY(32)   NOT NULL COMMENT 'SHA-256 of the body',
  body            MEDIUMTEXT   NOT NULL,
  created_at      DATETIME(6)  NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
  PRIMARY KEY (binding_id, business_id, kind, magento_key),
  UNIQUE KEY intent_idempotency (idempotency_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- Magento's record and Sage's. Survives disconnecting; another Sage business does not see it.
CREATE TABLE entity_xref (
  binding_id     UUID         NOT NULL,
  business_id    CHAR(32)     CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  kind           VARCHAR(32)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'invoice, credit_note, contact:GBP, …',
  magento_key    VARCHAR(64)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'an id, or a guest''s e-mail digest',
  sage_id        CHAR(32)     CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  displayed_as   VARCHAR(255) NOT NULL,
  digest         BINARY(32)   NOT NULL COMMENT 'SHA-256 of the body last sent',
  created_at     DATETIME(6)  NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
  PRIMARY KEY (binding_id, business_id, kind, magento_key),
  UNIQUE KEY entity_xref_sage (binding_id, business_id, kind, sage_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TABLE token_seen (
  token_hash  BINARY(16)   NOT NULL COMMENT 'the first half of SHA-256(tenant, jti)',
  expires_at  DATETIME     NOT NULL COMMENT 'the token''s own exp and the clock tolerance',
  PRIMARY KEY (token_hash),
  KEY token_seen_expires (expires_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
