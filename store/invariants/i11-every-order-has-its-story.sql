-- I11 (in part): every order's timeline begins with its capture, and every shipment is on it.
SELECT o.id AS subject, 'its timeline has no capture' AS problem FROM sales_order o
WHERE NOT EXISTS (SELECT 1 FROM fact f WHERE f.order_id = o.id AND f.kind = 'captured')
UNION ALL
SELECT s.order_id, 'a shipment is not on its timeline' FROM shipment s
WHERE NOT EXISTS (SELECT 1 FROM fact f WHERE f.order_id = s.order_id AND f.kind IN ('shipped', 'sentToNode'))
