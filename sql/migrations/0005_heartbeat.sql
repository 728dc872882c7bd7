-- When each program that is started now and then was last seen. A lane's served_at tells of work
-- done; this tells that somebody looked for it.

CREATE TABLE heartbeat (
  program  VARCHAR(32)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  seen_at  DATETIME(6)  NOT NULL,
  PRIMARY KEY (program)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
