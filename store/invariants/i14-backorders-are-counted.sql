-- I14: units that wait are counted once for their SKU, its supplies promise no more than wait, and their lines say the same.
-- Goes by SKU.
WITH waiting AS (
  SELECT sku, sum(waiting) AS units FROM backorder
  WHERE waiting > 0 AND ($2::text IS NULL OR sku > $2::text) AND ($3::text IS NULL OR sku <= $3::text) GROUP BY sku)
SELECT sku || ', waiting' AS subject, 'counted ' || coalesce(c.waiting, 0) || ' waiting, its backorders say ' || coalesce(w.units, 0) AS problem, sku AS key
FROM (SELECT * FROM backorder_count WHERE ($2::text IS NULL OR sku > $2::text) AND ($3::text IS NULL OR sku <= $3::text)) c
FULL JOIN waiting w USING (sku) WHERE coalesce(c.waiting, 0) <> coalesce(w.units, 0)
UNION ALL
SELECT s.sku || ', pegged', sum(s.pegged) || ' units of supplies are promised, only ' || coalesce(max(w.units), 0) || ' wait', s.sku
FROM supply s LEFT JOIN waiting w ON w.sku = s.sku
WHERE s.state = 'open' AND s.pegged > 0 AND ($2::text IS NULL OR s.sku > $2::text) AND ($3::text IS NULL OR s.sku <= $3::text)
GROUP BY s.sku HAVING sum(s.pegged) > coalesce(max(w.units), 0)
UNION ALL
SELECT order_id || '/' || line_no, 'backordered ' || l.backordered || ', its backorders wait for ' || coalesce(b.units, 0), l.sku
FROM (SELECT * FROM order_line WHERE backordered > 0 AND ($2::text IS NULL OR sku > $2::text) AND ($3::text IS NULL OR sku <= $3::text)) l
LEFT JOIN (SELECT order_id, line_no, sum(waiting) AS units FROM backorder WHERE waiting > 0 GROUP BY order_id, line_no) b USING (order_id, line_no)
WHERE l.backordered <> coalesce(b.units, 0)
UNION ALL
SELECT b.order_id || '/' || b.line_no, 'its backorders wait for ' || b.waiting || ', the line says that none do', b.sku
FROM backorder b JOIN order_line l USING (order_id, line_no)
WHERE b.waiting > 0 AND l.backordered = 0 AND ($2::text IS NULL OR b.sku > $2::text) AND ($3::text IS NULL OR b.sku <= $3::text)
