-- What was asked and answered when a call was refused, without what names a person.
ALTER TABLE run_attempt
  ADD COLUMN request TEXT NULL COMMENT 'masked JSON of the refused request; NULL: it had no body, or nothing was refused',
  ADD COLUMN answer  TEXT NULL COMMENT 'masked JSON of the answer that refused it';
