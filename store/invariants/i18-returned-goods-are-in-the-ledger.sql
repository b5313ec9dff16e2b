-- I18: goods that came back and were not dealt with lie in quality control, unit by unit, and whatever waits there for a person has a case.
-- Goes by SKU.
WITH booked AS (
  SELECT sku, sum(CASE WHEN to_state = 'qualityControl' THEN quantity ELSE -quantity END) AS units FROM stock_posting
  WHERE cause = 'return' AND (to_state = 'qualityControl' OR from_state = 'qualityControl')
    AND ($2::text IS NULL OR sku > $2::text) AND ($3::text IS NULL OR sku <= $3::text) GROUP BY sku),
waiting AS (
  SELECT sku, components, ungraded + blocked AS units FROM customer_return_line WHERE ungraded + blocked > 0
  UNION ALL
  SELECT l.sku, p.document->'components', l.quantity - l.matched - l.cleared FROM return_receipt_line l JOIN product p ON p.sku = l.sku
  WHERE l.matched + l.cleared < l.quantity),
parts AS (
  SELECT sku, units FROM waiting WHERE components IS NULL
  UNION ALL SELECT c.value->>'sku', units * (c.value->>'quantity')::int FROM waiting, jsonb_array_elements(components) c WHERE components IS NOT NULL),
owed AS (
  SELECT sku, sum(units) AS units FROM parts
  WHERE ($2::text IS NULL OR sku > $2::text) AND ($3::text IS NULL OR sku <= $3::text) GROUP BY sku)
SELECT sku AS subject, coalesce(b.units, 0) || ' returned units are booked in quality control, ' || coalesce(o.units, 0) || ' wait there' AS problem, sku AS key
FROM booked b FULL JOIN owed o USING (sku) WHERE coalesce(b.units, 0) <> coalesce(o.units, 0)
UNION ALL
SELECT l.receipt_id || '/' || l.line_no, 'goods that no return expects, without an open case', l.sku FROM return_receipt_line l
WHERE l.matched + l.cleared < l.quantity AND ($2::text IS NULL OR l.sku > $2::text) AND ($3::text IS NULL OR l.sku <= $3::text)
  AND NOT EXISTS (SELECT 1 FROM exception_case c WHERE c.kind = 'returnUnmatched' AND c.subject = l.receipt_id || '/' || l.line_no AND c.state = 'open')
UNION ALL
SELECT l.return_id || '/' || l.line_no, 'its restock is blocked without an open case', l.sku FROM customer_return_line l
WHERE l.blocked > 0 AND ($2::text IS NULL OR l.sku > $2::text) AND ($3::text IS NULL OR l.sku <= $3::text)
  AND NOT EXISTS (SELECT 1 FROM exception_case c WHERE c.kind = 'restockBlocked' AND c.subject = l.return_id || '/' || l.line_no AND c.state = 'open')
