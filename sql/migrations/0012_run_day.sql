-- What ended on each day, counted as it ends: the overview's chart must not count the history.
-- Three small rows a day and shop at most, without anything personal: they stay.

CREATE TABLE run_day (
  binding_id  UUID NOT NULL,
  day         DATE NOT NULL COMMENT 'UTC',
  outcome     ENUM('succeeded','skipped_by_policy','failed') NOT NULL,
  runs        INT  NOT NULL COMMENT 'ends, not runs: one that is tried again after its end ends again',
  PRIMARY KEY (binding_id, day, outcome)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

INSERT INTO run_day (binding_id, day, outcome, runs)
  SELECT binding_id, DATE(finished_at), status, COUNT(*) FROM sync_run
   WHERE status IN ('succeeded', 'skipped_by_policy', 'failed') AND finished_at IS NOT NULL
   GROUP BY binding_id, DATE(finished_at), status;
