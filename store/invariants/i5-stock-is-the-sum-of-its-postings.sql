-- I5: replaying the ledger gives the positions, state by state; what left one node for another is there or on its way.
-- Goes by SKU.
WITH moves AS (
  SELECT sku, node_id, to_state AS state, quantity FROM stock_posting
  WHERE ($2::text IS NULL OR sku > $2::text) AND ($3::text IS NULL OR sku <= $3::text)
  UNION ALL SELECT sku, node_id, from_state, -quantity FROM stock_posting
  WHERE ($2::text IS NULL OR sku > $2::text) AND ($3::text IS NULL OR sku <= $3::text)),
ledger AS (SELECT sku, node_id, state, sum(quantity) AS quantity FROM moves GROUP BY sku, node_id, state),
positions AS (
  SELECT sku, node_id, s.state, s.quantity FROM stock_position,
  LATERAL (VALUES ('available', available), ('reserved', reserved), ('allocated', allocated), ('picked', picked), ('damaged', damaged),
                  ('qualityControl', quality_control), ('incoming', incoming), ('inTransit', in_transit)) AS s (state, quantity)
  WHERE ($2::text IS NULL OR sku > $2::text) AND ($3::text IS NULL OR sku <= $3::text))
SELECT sku || ' at ' || node_id || ', ' || state AS subject,
       state || ' is ' || coalesce(p.quantity, 0) || ', its postings add up to ' || coalesce(l.quantity, 0) AS problem, sku AS key
FROM positions p FULL JOIN (SELECT * FROM ledger WHERE state NOT IN ('customer', 'supplier', 'transfer', 'adjustment')) l USING (sku, node_id, state)
WHERE coalesce(p.quantity, 0) <> coalesce(l.quantity, 0)
UNION ALL
SELECT sku || ', transfers', sum(quantity) || ' units left a node by transfer and arrived nowhere', sku
FROM ledger WHERE state = 'transfer' GROUP BY sku HAVING sum(quantity) <> 0
