-- Tries to sign in, counted per e-mail and per address.

-- name: throttle_count(subject, window_seconds, window_seconds_again)
-- scope: signing in
-- The try is counted before it is judged, so that parallel ones cannot slip past the limit.
-- The assignments happen in this order: the second sees the old window_from too.
INSERT INTO sign_in_throttle (subject, failures, window_from) VALUES (?, 1, UTC_TIMESTAMP(6))
ON DUPLICATE KEY UPDATE
  failures = IF(window_from <= UTC_TIMESTAMP(6) - INTERVAL ? SECOND, 1, failures + 1),
  window_from = IF(window_from <= UTC_TIMESTAMP(6) - INTERVAL ? SECOND, UTC_TIMESTAMP(6), window_from)
RETURNING failures;

-- name: throttle_forget(subject)
-- scope: signing in
DELETE FROM sign_in_throttle WHERE subject = ?;

-- name: throttle_give_back(subject)
-- scope: signing in
UPDATE sign_in_throttle SET failures = GREATEST(failures - 1, 0) WHERE subject = ?;
