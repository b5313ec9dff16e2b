-- I13: what is incoming or in transit at a position is what its supplies still bring, and no more of it is promised than that.
-- Goes by SKU.
WITH s AS (SELECT * FROM supply WHERE ($2::text IS NULL OR sku > $2::text) AND ($3::text IS NULL OR sku <= $3::text)),
expected AS (
  SELECT sku, node_id,
         sum(CASE WHEN kind <> 'transfer' AND state = 'open' THEN greatest(0, quantity - received - advised) ELSE 0 END) AS incoming,
         sum(CASE WHEN kind = 'transfer' THEN dispatched - received ELSE 0 END) AS in_transit
  FROM s GROUP BY sku, node_id),
positions AS (
  SELECT sku, node_id, incoming, in_transit FROM stock_position
  WHERE ($2::text IS NULL OR sku > $2::text) AND ($3::text IS NULL OR sku <= $3::text) AND (incoming <> 0 OR in_transit <> 0)),
both_sides AS (
  SELECT sku, node_id, coalesce(p.incoming, 0) AS incoming, coalesce(e.incoming, 0) AS owed,
         coalesce(p.in_transit, 0) AS in_transit, coalesce(e.in_transit, 0) AS sent
  FROM positions p FULL JOIN expected e USING (sku, node_id))
SELECT sku || ' at ' || node_id || ', incoming' AS subject, 'incoming ' || incoming || ', its supplies still bring ' || owed AS problem, sku AS key
FROM both_sides WHERE incoming <> owed
UNION ALL
SELECT sku || ' at ' || node_id || ', inTransit', 'in transit ' || in_transit || ', its transfers have sent ' || sent || ' that did not arrive', sku
FROM both_sides WHERE in_transit <> sent
UNION ALL
SELECT s.id || ', pegged', s.pegged || ' units are promised, it still brings ' || greatest(0, s.quantity - s.received - s.advised), s.sku
FROM s WHERE s.pegged > CASE WHEN s.state = 'open' THEN greatest(0, s.quantity - s.received - s.advised) ELSE 0 END
