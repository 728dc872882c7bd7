-- Unfinished work. A lane's holder is the only one who moves its jobs, but for the sweep,
-- which readies what is due, and intake, which adds.

-- name: job_next(lane)
-- scope: installation
-- One equality state and lane, in the order of the index job_lane: no sort, one row read.
SELECT id, run_id, kind, entity_type, magento_id, attempts, priority
  FROM job FORCE INDEX (job_lane)
 WHERE state = 'ready' AND lane_id = ?
 ORDER BY priority, id
 LIMIT 1;

-- name: job_peek(lane, current, current_again)
-- scope: installation
-- The one behind the job at hand, in the same order; those that wait for an earlier job of
-- their entity are passed by, unless that is the job at hand.
SELECT j.id, j.run_id, j.kind, j.entity_type, j.magento_id, j.attempts, j.priority
  FROM job AS j FORCE INDEX (job_lane)
 WHERE j.state = 'ready' AND j.lane_id = ? AND j.id <> ?
   AND NOT EXISTS (SELECT 1 FROM job AS e
                    WHERE e.binding_id = j.binding_id AND e.entity_type = j.entity_type
                      AND e.magento_id = j.magento_id AND e.lane_id = j.lane_id
                      AND e.id < j.id AND e.id <> ?)
 ORDER BY j.priority, j.id
 LIMIT 1;

-- name: job_read(job)
-- scope: installation
-- As job_start does: what comes now may be newer than what is read.
UPDATE job SET single = NULL
 WHERE id = ? AND kind NOT IN ('invoice.created', 'invoice.paid', 'creditmemo.created');

-- name: job_earlier(binding, entity_type, magento_id, lane, job)
-- Of the unfinished earlier jobs of the same entity in the same lane, the priority of the one
-- that is furthest behind; NULL when there is none.
SELECT MAX(priority) FROM job
 WHERE binding_id = ? AND entity_type = ? AND magento_id = ? AND lane_id = ? AND id < ?;

-- name: job_hurry(priority, binding, entity_type, magento_id, lane, job)
-- scope: first parameter is the priority
-- What a fresh job waits for is as urgent as it is: else one in a backfill would hold it up
-- until the backfill is done.
UPDATE job SET priority = ?
 WHERE binding_id = ? AND entity_type = ? AND magento_id = ? AND lane_id = ? AND id < ?;

-- name: job_block(job)
-- scope: installation
UPDATE job SET state = 'blocked' WHERE id = ?;

-- name: job_block_behind(behind_type, behind_id, attempts, job)
-- scope: installation
-- Behind another entity's jobs; the attempt that found out does not count.
UPDATE job SET state = 'blocked', behind_type = ?, behind_id = ?, attempts = ? WHERE id = ?;

-- name: job_blocked(binding, entity_type, magento_id, lane)
SELECT id FROM job
 WHERE binding_id = ? AND entity_type = ? AND magento_id = ? AND lane_id = ? AND state = 'blocked'
   AND behind_type IS NULL;

-- name: job_behind(binding, behind_type, behind_id, lane)
SELECT id FROM job
 WHERE binding_id = ? AND behind_type = ? AND behind_id = ? AND lane_id = ? AND state = 'blocked';

-- name: job_of_entity(binding, entity_type, magento_id, lane, job)
-- Any unfinished job of an entity but this one.
SELECT 1 FROM job
 WHERE binding_id = ? AND entity_type = ? AND magento_id = ? AND lane_id = ? AND id <> ?
 LIMIT 1;

-- name: job_ready(job)
-- scope: installation
UPDATE job SET state = 'ready', due_at = NULL, behind_type = NULL, behind_id = NULL WHERE id = ?;

-- name: job_start(job)
-- scope: installation
-- Counts the attempt before it is made, so that a job which kills its worker runs out of
-- attempts too. An upsert or push that is being worked on is not joined any more: what
-- comes now may be newer than what this attempt reads.
UPDATE job
   SET attempts = attempts + 1,
       single = IF(kind IN ('invoice.created', 'invoice.paid', 'creditmemo.created'), single, NULL)
 WHERE id = ?;

-- name: job_unstart(attempts, job)
-- scope: installation
-- The lane was parked: the attempt does not count.
UPDATE job SET attempts = ? WHERE id = ?;

-- name: job_wait(seconds, attempts, job)
-- scope: installation
UPDATE job
   SET state = 'waiting', due_at = UTC_TIMESTAMP(6) + INTERVAL ? SECOND, attempts = ?
 WHERE id = ?;

-- name: job_delete(job)
-- scope: installation
DELETE FROM job WHERE id = ?;

-- name: job_due(most)
-- scope: installation
-- In the order of the index job_due.
SELECT id FROM job FORCE INDEX (job_due)
 WHERE state = 'waiting' AND due_at <= UTC_TIMESTAMP(6)
 ORDER BY due_at, id LIMIT ?;

-- name: job_wake(job)
-- scope: installation
UPDATE job SET state = 'ready', due_at = NULL
 WHERE id = ? AND state = 'waiting' AND due_at <= UTC_TIMESTAMP(6);

-- name: job_stranded(most)
-- scope: installation
-- Blocked behind nothing: whatever it waited for went away without readying it.
SELECT b.id FROM job AS b
 WHERE b.state = 'blocked'
   AND NOT EXISTS (SELECT 1 FROM job AS a
                    WHERE a.binding_id = b.binding_id AND a.lane_id = b.lane_id
                      AND a.entity_type = COALESCE(b.behind_type, b.entity_type)
                      AND a.magento_id = COALESCE(b.behind_id, b.magento_id)
                      AND (a.id < b.id OR b.behind_type IS NOT NULL))
 LIMIT ?;

-- name: job_push_state(binding, run, entity_type, magento_id, binding_again)
-- Queues telling the shop; joins one that is queued already.
INSERT INTO job (lane_id, binding_id, run_id, kind, entity_type, magento_id)
  SELECT id, ?, ?, 'push_state', ?, ? FROM lane WHERE binding_id = ? AND upstream = 'magento'
  ON DUPLICATE KEY UPDATE id = LAST_INSERT_ID(job.id);

-- name: job_of_revoked(most)
-- scope: installation
-- Work of bindings that were let go.
SELECT j.id, j.run_id FROM job AS j JOIN binding AS b ON b.id = j.binding_id
 WHERE b.status = 'revoked' LIMIT ?;
