-- Lanes: claimed, renewed, released, parked. Every write names the holder.

-- name: lane_candidates(most)
-- scope: installation
-- Lanes with work and no holder, the least recently served first. The inner SELECT is a
-- loose index scan of job_lane: it reads one entry a lane, however long the queues are.
-- A paused binding posts nothing; its shop may still be asked and told things, and what waits of
-- one that was let go is ended.
-- It must name `state` too: without, MariaDB 10.11 reads every ready job.
SELECT l.id, l.binding_id, l.upstream
  FROM (SELECT DISTINCT state, lane_id FROM job WHERE state = 'ready') AS busy
  JOIN lane AS l ON l.id = busy.lane_id
  JOIN binding AS b ON b.id = l.binding_id
 WHERE l.lease_until < UTC_TIMESTAMP(6) AND l.parked_until <= UTC_TIMESTAMP(6)
   AND (b.paused = 0 OR b.status = 'revoked' OR l.upstream = 'magento')
 ORDER BY l.served_at
 LIMIT ?;

-- name: lane_of_binding(binding, upstream)
SELECT id, binding_id, upstream, IF(parked_until > UTC_TIMESTAMP(6), parked_why, NULL)
  FROM lane WHERE binding_id = ? AND upstream = ?;

-- name: lane_claim(owner, seconds, lane)
-- scope: installation
-- One row changed: the lane is ours. None: somebody was faster.
UPDATE lane
   SET lease_owner = ?, lease_until = UTC_TIMESTAMP(6) + INTERVAL ? SECOND, served_at = UTC_TIMESTAMP(6),
       parked_why = ''
 WHERE id = ? AND lease_until < UTC_TIMESTAMP(6) AND parked_until <= UTC_TIMESTAMP(6);

-- name: lane_renew(seconds, lane, owner)
-- scope: installation
UPDATE lane SET lease_until = UTC_TIMESTAMP(6) + INTERVAL ? SECOND
 WHERE id = ? AND lease_owner = ? AND lease_until > UTC_TIMESTAMP(6);

-- name: lane_release(lane, owner)
-- scope: installation
UPDATE lane SET lease_owner = NULL, lease_until = '2000-01-01' WHERE id = ? AND lease_owner = ?;

-- name: lane_hold(lane, owner)
-- scope: installation
-- The first statement of every transaction that settles work: locks the lane's row for its
-- holder, so that a worker whose lease ran out can no longer write.
SELECT 1 FROM lane WHERE id = ? AND lease_owner = ? AND lease_until > UTC_TIMESTAMP(6) FOR UPDATE;

-- name: lane_park(seconds, why, lane, owner)
-- scope: installation
UPDATE lane SET parked_until = UTC_TIMESTAMP(6) + INTERVAL ? SECOND, parked_why = ?
 WHERE id = ? AND lease_owner = ?;

-- name: lane_failures(binding)
SELECT upstream, failures FROM lane WHERE binding_id = ?;

-- name: lane_count_failure(binding, upstream)
UPDATE lane SET failures = failures + 1 WHERE binding_id = ? AND upstream = ?;

-- name: lane_open_circuit(seconds, why, seconds_again, binding, upstream)
-- scope: the binding stands behind the new values
-- Both lanes call the shop. What waits longer already keeps its reason.
UPDATE lane
   SET parked_why = IF(parked_until < UTC_TIMESTAMP(6) + INTERVAL ? SECOND, ?, parked_why),
       parked_until = GREATEST(parked_until, UTC_TIMESTAMP(6) + INTERVAL ? SECOND)
 WHERE binding_id = ? AND upstream IN (?, 'sage');

-- name: lane_no_failures(binding, upstream)
UPDATE lane SET failures = 0 WHERE binding_id = ? AND upstream = ?;

-- name: lane_unpark(binding, why)
UPDATE lane SET parked_until = '2000-01-01', parked_why = '' WHERE binding_id = ? AND parked_why = ?;
