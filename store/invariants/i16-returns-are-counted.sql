-- I16: no unit comes back twice: what order lines count as coming back and returned is what their returns expect and received.
-- Goes by order.
SELECT l.order_id || '/' || l.line_no AS subject,
       'coming back ' || l.coming_back || ', its returns expect ' || coalesce(r.expected, 0) ||
       '; returned ' || l.returned || ', its returns received ' || coalesce(r.received, 0) || ' and tills ' || coalesce(t.taken, 0) AS problem, l.order_id AS key
FROM (SELECT * FROM order_line WHERE ($2::text IS NULL OR order_id > $2::text) AND ($3::text IS NULL OR order_id <= $3::text)) l
LEFT JOIN (
  SELECT c.order_id, x.order_line_no AS line_no, sum(x.expected) AS expected, sum(x.received) AS received
  FROM customer_return c JOIN customer_return_line x ON x.return_id = c.id
  WHERE ($2::text IS NULL OR c.order_id > $2::text) AND ($3::text IS NULL OR c.order_id <= $3::text) GROUP BY 1, 2
) r ON r.order_id = l.order_id AND r.line_no = l.line_no
LEFT JOIN (
  -- What a till took back is counted on the order's timeline.
  SELECT f.order_id, (f.data ->> 'lineNo')::int AS line_no, sum((f.data ->> 'quantity')::int) AS taken FROM fact f
  WHERE f.kind = 'returned' AND ($2::text IS NULL OR f.order_id > $2::text) AND ($3::text IS NULL OR f.order_id <= $3::text) GROUP BY 1, 2
) t ON t.order_id = l.order_id AND t.line_no = l.line_no
WHERE l.coming_back <> coalesce(r.expected, 0) OR l.returned <> coalesce(r.received, 0) + coalesce(t.taken, 0)
UNION ALL
SELECT l.order_id || '/' || l.line_no, 'returned ' || l.returned || ' and coming back ' || l.coming_back || ' of ' || l.shipped || ' shipped', l.order_id
FROM order_line l WHERE ($2::text IS NULL OR l.order_id > $2::text) AND ($3::text IS NULL OR l.order_id <= $3::text)
  AND l.returned + l.coming_back > l.shipped
