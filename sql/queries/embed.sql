-- The page inside the shop's own admin.

-- name: embed_shop(binding)
-- scope: whoever knows the binding's random id; only the frame's origin is made of it
SELECT shop_url FROM binding WHERE id = ?;
