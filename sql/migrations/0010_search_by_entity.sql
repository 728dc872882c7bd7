-- A Magento id is found by the key of a run's entity. Each index of the history costs every
-- webhook; this one served only the search box.

ALTER TABLE sync_run DROP KEY sync_run_magento;
