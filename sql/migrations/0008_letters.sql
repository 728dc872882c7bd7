-- Letters in place of finished mail: a row says which letter goes to whom with which facts, and
-- the worker writes it when it sends it. The secret of a link is made then, too, so that the
-- database never holds one in the clear: whoever has a copy of it opens nothing.

-- Finished texts that were not sent yet held such links. Their people ask again.
ALTER TABLE mail
  ADD COLUMN account_id BIGINT NULL COMMENT 'whose invitation or alert it is' AFTER id,
  ADD COLUMN letter VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '' AFTER recipient,
  ADD COLUMN facts TEXT NOT NULL DEFAULT '' COMMENT 'JSON: what the letter says; see lib/mail/letter.h' AFTER letter;
UPDATE mail SET state = 'failed', last_error = 'Written by a former version of Ledger: ask for it again.'
 WHERE state = 'ready';
ALTER TABLE mail
  DROP COLUMN subject,
  DROP COLUMN body,
  ALTER COLUMN letter DROP DEFAULT,
  ALTER COLUMN facts DROP DEFAULT;

-- An invitation stands before its link is made, so it has a name of its own.
ALTER TABLE invitation
  DROP PRIMARY KEY,
  ADD COLUMN id BIGINT NOT NULL AUTO_INCREMENT FIRST,
  ADD PRIMARY KEY (id),
  MODIFY token_hash BINARY(32) NULL COMMENT 'SHA-256 of the token in the mailed link; NULL: not sent yet',
  ADD UNIQUE KEY invitation_token (token_hash);

-- Somebody wants an account, and the address was free when the link was sent to it.
CREATE TABLE sign_up (
  email       VARCHAR(254)  NOT NULL,
  company     VARCHAR(100)  NOT NULL,
  token_hash  BINARY(32)    NOT NULL COMMENT 'SHA-256 of the token in the mailed link',
  expires_at  DATETIME(6)   NOT NULL,
  PRIMARY KEY (email),
  UNIQUE KEY sign_up_token (token_hash),
  KEY sign_up_expires (expires_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- The shop's payment methods are asked for once a day; reference_at is Sage's side.
ALTER TABLE binding
  ADD COLUMN shop_reference_at DATETIME(6) NULL COMMENT 'when they were last asked for' AFTER reference_at;
