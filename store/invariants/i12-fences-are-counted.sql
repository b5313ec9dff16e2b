-- I12: the units ring-fenced at a position are the sum of its fences.
-- Goes by SKU.
SELECT sku || ' at ' || node_id AS subject, 'fenced ' || coalesce(p.fenced, 0) || ', its fences hold ' || coalesce(f.quantity, 0) AS problem, sku AS key
FROM (SELECT sku, node_id, fenced FROM stock_position
      WHERE ($2::text IS NULL OR sku > $2::text) AND ($3::text IS NULL OR sku <= $3::text)) p
FULL JOIN (SELECT sku, node_id, sum(quantity) AS quantity FROM stock_fence
           WHERE ($2::text IS NULL OR sku > $2::text) AND ($3::text IS NULL OR sku <= $3::text) GROUP BY sku, node_id) f USING (sku, node_id)
WHERE coalesce(p.fenced, 0) <> coalesce(f.quantity, 0)
