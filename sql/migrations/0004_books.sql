-- What the pipelines of payments, credit memos, customers and products need to know.

-- A record's own facts beside its id, so that what follows from it costs no call to Sage.
ALTER TABLE entity_xref
  ADD COLUMN contact_id     CHAR(32)      CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'Sage''s, of documents',
  ADD COLUMN reference      VARCHAR(255)  NULL COMMENT 'as sent: a document''s or contact''s reference, an item''s code',
  ADD COLUMN document_date  DATE          NULL COMMENT 'as sent, of documents and payments',
  ADD COLUMN total          DECIMAL(18,2) NULL COMMENT 'as Sage answered it',
  ADD COLUMN stock_qty      DECIMAL(18,4) NULL COMMENT 'of stock items: the shop''s quantity that was last settled';

-- A job may wait behind another entity's: a credit memo behind its invoice.
ALTER TABLE job
  ADD COLUMN behind_type ENUM('invoice','creditmemo','customer','product','other') NULL COMMENT 'of a blocked job: another entity than its own',
  ADD COLUMN behind_id   BIGINT NULL,
  ADD KEY job_behind (binding_id, behind_type, behind_id);

-- What an account may use. Invoices and customers are in every plan.
CREATE TABLE plan (
  code            VARCHAR(32)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  name            VARCHAR(100) NOT NULL,
  credit_notes    TINYINT      NOT NULL DEFAULT 0,
  payments        TINYINT      NOT NULL DEFAULT 0,
  products        TINYINT      NOT NULL DEFAULT 0,
  stock           TINYINT      NOT NULL DEFAULT 0,
  multi_currency  TINYINT      NOT NULL DEFAULT 0,
  several_stores  TINYINT      NOT NULL DEFAULT 0,
  consolidation   TINYINT      NOT NULL DEFAULT 0,
  bindings        INT          NULL COMMENT 'how many may be active at once; NULL: no limit',
  PRIMARY KEY (code)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

INSERT INTO plan (code, name, credit_notes, payments, products, stock, multi_currency,
                  several_stores, consolidation, bindings)
  VALUES ('self_hosted', 'Self-hosted', 1, 1, 1, 1, 1, 1, 1, NULL);

ALTER TABLE account
  ADD COLUMN plan VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'self_hosted',
  ADD CONSTRAINT account_on_plan FOREIGN KEY (plan) REFERENCES plan (code);

-- Item codes are longer than document references.
ALTER TABLE intent
  MODIFY COLUMN reference VARCHAR(255) NOT NULL COMMENT 'to look for in Sage when the id is too old to repeat; of a stock movement the observed quantity';
