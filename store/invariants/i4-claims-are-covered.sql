-- I4: the units claimed at a position are the sum of its live reservations, and never more than it has, short ones aside.
-- Goes by SKU.
WITH p AS (
  SELECT * FROM stock_position WHERE ($2::text IS NULL OR sku > $2::text) AND ($3::text IS NULL OR sku <= $3::text)),
claimed AS (
  SELECT sku, node_id, sum(quantity) FILTER (WHERE state = 'allocated') AS allocated,
         sum(quantity) FILTER (WHERE state = 'held' AND binding <> 'advisory') AS reserved
  FROM reservation WHERE state IN ('held', 'allocated') AND ($2::text IS NULL OR sku > $2::text) AND ($3::text IS NULL OR sku <= $3::text)
  GROUP BY sku, node_id)
SELECT p.sku || ' at ' || p.node_id || ', allocated' AS subject,
       'allocated ' || p.allocated || ', reservations say ' || coalesce(c.allocated, 0) AS problem, p.sku AS key
FROM p LEFT JOIN claimed c USING (sku, node_id) WHERE p.allocated <> coalesce(c.allocated, 0)
UNION ALL
SELECT p.sku || ' at ' || p.node_id || ', reserved', 'reserved ' || p.reserved || ', reservations say ' || coalesce(c.reserved, 0), p.sku
FROM p LEFT JOIN claimed c USING (sku, node_id) WHERE p.reserved <> coalesce(c.reserved, 0)
UNION ALL
SELECT c.sku || ' at ' || c.node_id, 'claimed by reservations, and no position is there', c.sku FROM claimed c
WHERE coalesce(c.allocated, 0) + coalesce(c.reserved, 0) > 0 AND NOT EXISTS (SELECT 1 FROM p WHERE p.sku = c.sku AND p.node_id = c.node_id)
UNION ALL
SELECT sku || ' at ' || node_id || ', available', 'available ' || available || ' with a shortfall of only ' || shortfall, sku
FROM p WHERE available + shortfall < 0
UNION ALL
SELECT p.sku || ' at ' || p.node_id || ', shortfall', 'short by ' || p.shortfall || ' without an open case', p.sku FROM p
WHERE p.shortfall > 0 AND NOT EXISTS (
  SELECT 1 FROM exception_case c WHERE c.kind = 'stockShort' AND c.subject = p.sku || ' at ' || p.node_id AND c.state = 'open')
