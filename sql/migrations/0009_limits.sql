-- What Sage allows the whole installation, whichever worker on whichever host makes the call.

CREATE TABLE rate_bucket (
  name           VARCHAR(64)    CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'app, or a Sage business''s id',
  tokens         DECIMAL(20,6)  NOT NULL COMMENT 'requests that may be made, as of filled_at',
  filled_at      DATETIME(6)    NOT NULL,
  parked_until   DATETIME(6)    NOT NULL DEFAULT '2000-01-01 00:00:00' COMMENT 'Sage told all of us to wait',
  refused        VARCHAR(64)    CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '' COMMENT 'the business that was last told to wait',
  refused_until  DATETIME(6)    NOT NULL DEFAULT '2000-01-01 00:00:00',
  PRIMARY KEY (name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='Token buckets; taken from in slices';

-- As many rows as requests may be under way at once; the worker adds what is missing.
CREATE TABLE rate_slot (
  number       INT          NOT NULL,
  lease_owner  VARCHAR(64)  CHARACTER SET ascii COLLATE ascii_bin NULL,
  lease_until  DATETIME(6)  NOT NULL DEFAULT '2000-01-01 00:00:00' COMMENT 'ends by itself when its holder dies',
  PRIMARY KEY (number)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='Who may have a request at Sage under way';
