-- The page inside the shop's own admin.

-- name: embed_shop(binding)
-- scope: whoever knows the binding's random id; only the frame's origin is made of it
SELECT shop_url FROM binding WHERE id = ?;

-- name: embed_health(binding_waiting, binding_failed, binding_last, account, binding)
-- scope: the account stands behind the counts it is asked for
-- Counted no further than 1000, each by one walk of the index sync_run_outcome.
SELECT b.shop_url, b.status, b.magento_status, b.sage_status, b.sage_business_name,
       (SELECT COUNT(*) FROM (SELECT 1 FROM sync_run
         WHERE binding_id = ? AND status = 'queued' LIMIT 1000) AS waiting),
       (SELECT COUNT(*) FROM (SELECT 1 FROM sync_run
         WHERE binding_id = ? AND status = 'failed'
           AND finished_at > UTC_TIMESTAMP(6) - INTERVAL 1 DAY LIMIT 1000) AS failed),
       (SELECT UNIX_TIMESTAMP(MAX(finished_at)) DIV 1 FROM sync_run
         WHERE binding_id = ? AND status = 'succeeded')
  FROM binding b WHERE b.account_id = ? AND b.id = ?;
