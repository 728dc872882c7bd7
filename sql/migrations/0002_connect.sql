-- People, pairing, Sage sign-in, and letting go.

-- A person's second factor. The secret is sealed under the vault ring, so only
-- ledger-connect, which serves the second step of signing in, can check a code.
ALTER TABLE member
  ADD COLUMN totp_secret       VARBINARY(128) NULL COMMENT 'sealed; place: member, totp_secret, account, member id',
  ADD COLUMN totp_confirmed_at DATETIME(6)    NULL COMMENT 'NULL: being set up, not asked for yet',
  ADD COLUMN totp_last_step    BIGINT         NOT NULL DEFAULT 0 COMMENT 'the 30-second step last accepted: a code counts once',
  ADD COLUMN password_set_at   DATETIME(6)    NOT NULL DEFAULT CURRENT_TIMESTAMP(6);

CREATE TABLE recovery_code (
  member_id  BIGINT       NOT NULL,
  code_hash  BINARY(32)   NOT NULL COMMENT 'SHA-256 of the code without its hyphen, lower case',
  used_at    DATETIME(6)  NULL,
  PRIMARY KEY (member_id, code_hash),
  CONSTRAINT recovery_code_of_member FOREIGN KEY (member_id) REFERENCES member (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- A session in which the password was right but the second step is still to come may
-- open nothing but that step.
ALTER TABLE session
  ADD COLUMN awaits_code TINYINT NOT NULL DEFAULT 0;

CREATE TABLE invitation (
  token_hash  BINARY(32)    NOT NULL COMMENT 'SHA-256 of the token in the mailed link',
  account_id  BIGINT        NOT NULL,
  email       VARCHAR(254)  NOT NULL,
  role        ENUM('owner','operator','viewer') NOT NULL,
  invited_by  BIGINT        NOT NULL,
  created_at  DATETIME(6)   NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
  expires_at  DATETIME(6)   NOT NULL,
  PRIMARY KEY (token_hash),
  UNIQUE KEY invitation_once (account_id, email),
  CONSTRAINT invitation_of_account FOREIGN KEY (account_id) REFERENCES account (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TABLE password_reset (
  token_hash  BINARY(32)   NOT NULL,
  member_id   BIGINT       NOT NULL,
  expires_at  DATETIME(6)  NOT NULL,
  PRIMARY KEY (token_hash),
  UNIQUE KEY password_reset_once (member_id),
  CONSTRAINT password_reset_of_member FOREIGN KEY (member_id) REFERENCES member (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- Mail to be sent by the worker. Kept until sent or given up.
CREATE TABLE mail (
  id          BIGINT        NOT NULL AUTO_INCREMENT,
  recipient   VARCHAR(254)  NOT NULL,
  subject     VARCHAR(200)  NOT NULL,
  body        TEXT          NOT NULL,
  state       ENUM('ready','sent','failed') NOT NULL DEFAULT 'ready',
  attempts    INT           NOT NULL DEFAULT 0,
  due_at      DATETIME(6)   NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
  last_error  VARCHAR(512)  NULL,
  created_at  DATETIME(6)   NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
  PRIMARY KEY (id),
  KEY mail_due (state, due_at, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- Pairing in two steps: the new keys are kept as pending before the shop is called, and
-- take over when it has accepted them (or when a ping under them proves that it did).
ALTER TABLE binding
  ADD COLUMN pending_outbound_key VARBINARY(128) NULL COMMENT 'sealed under the intake ring, as outbound_key',
  ADD COLUMN pending_inbound_key  VARBINARY(128) NULL COMMENT 'sealed under the vault ring, as inbound_key',
  ADD COLUMN pending_since        DATETIME(6)    NULL,
  ADD COLUMN paired_at            DATETIME(6)    NULL,
  ADD COLUMN sage_connected_at    DATETIME(6)    NULL,
  ADD COLUMN paused               TINYINT        NOT NULL DEFAULT 0 COMMENT 'by a person: nothing is posted, everything is kept',
  ADD COLUMN ping_due_at          DATETIME(6)    NOT NULL DEFAULT (CURRENT_TIMESTAMP(6) + INTERVAL 5 MINUTE) COMMENT 'spread over time by adding a random part',
  ADD COLUMN pinged_at            DATETIME(6)    NULL,
  ADD KEY binding_ping (status, ping_due_at),
  -- One active binding a Sage business. The programs check it first, under a lock, to name
  -- the other; this makes it certain on every engine, a cluster's nodes included, whose locks
  -- do not reach each other.
  ADD COLUMN active_business CHAR(32) CHARACTER SET ascii COLLATE ascii_bin
    AS (IF(status = 'active', RTRIM(sage_business_id), NULL)) STORED COMMENT 'RTRIM: a CHAR alone depends on the SQL mode',
  ADD UNIQUE KEY binding_active_business (active_business),
  ADD KEY binding_pending (pending_since);

-- Disconnecting empties a row and keeps it: its generation goes on counting, so that a
-- refresh that was under way can never overwrite the tokens of a later sign-in.
ALTER TABLE oauth_token
  MODIFY refresh_token      VARBINARY(4200) NULL COMMENT 'sealed under the vault ring; NULL: disconnected',
  MODIFY refresh_expires_at DATETIME(6)     NULL;

-- One sign-in at Sage under way: single use, ten minutes, bound to session and binding.
CREATE TABLE oauth_state (
  state_hash    BINARY(32)     NOT NULL COMMENT 'SHA-256 of the state parameter',
  session_hash  BINARY(32)     NOT NULL,
  account_id    BIGINT         NOT NULL,
  binding_id    UUID           NOT NULL,
  region        CHAR(2)        CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  verifier      VARBINARY(192) NOT NULL COMMENT 'PKCE; sealed; place: oauth_state, verifier, account, binding',
  expires_at    DATETIME(6)    NOT NULL,
  used_at       DATETIME(6)    NULL,
  PRIMARY KEY (state_hash),
  KEY oauth_state_expires (expires_at),
  KEY oauth_state_session (session_hash, expires_at),
  CONSTRAINT oauth_state_of_binding FOREIGN KEY (binding_id) REFERENCES binding (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- The hash chain of the audit log: one head an account (0: the installation's own).
ALTER TABLE audit_log
  ADD COLUMN previous_hash BINARY(32) NULL,
  ADD COLUMN hash          BINARY(32) NULL COMMENT 'SHA-256 over the previous hash and this row; see procedures/audit.sql';

CREATE TABLE audit_head (
  account_id  BIGINT      NOT NULL COMMENT '0: the installation',
  hash        BINARY(32)  NOT NULL,
  PRIMARY KEY (account_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- How often each key-encryption key was used (see sql/queries/seal_use.sql).
CREATE TABLE seal_use (
  ring     VARCHAR(8)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  version  INT         NOT NULL,
  uses     BIGINT      NOT NULL,
  PRIMARY KEY (ring, version)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
