-- What the sync history is filtered and searched by. Each index ends in the run's id, so that
-- a page of any filter is read in its order and stops when it is full.

ALTER TABLE sync_run
  ADD KEY sync_run_status (account_id, status, id),
  ADD KEY sync_run_event (account_id, event, id),
  ADD KEY sync_run_binding (account_id, binding_id, id),
  ADD KEY sync_run_number (account_id, magento_number, id),
  ADD KEY sync_run_magento (account_id, magento_id, id),
  ADD KEY sync_run_sage (account_id, sage_number, id);
