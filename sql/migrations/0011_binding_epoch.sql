-- The webhook programs keep what they need of each binding in memory. One number tells all of
-- them whether any binding's status, key or settings changed since: reading it costs an intake
-- a tenth of what reading sixteen bindings does. The trigger binding_changed
-- (sql/procedures) counts it.

CREATE TABLE binding_epoch (
  one    TINYINT NOT NULL DEFAULT 1 CHECK (one = 1),
  epoch  BIGINT  NOT NULL,
  PRIMARY KEY (one)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
INSERT INTO binding_epoch (epoch) VALUES (1);
