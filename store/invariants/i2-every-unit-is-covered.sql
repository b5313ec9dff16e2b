-- I2: every ordered unit is open, with a node, shipped or cancelled, and the order's counters agree with its requests.
-- Goes by order.
SELECT l.order_id || '/' || l.line_no AS subject,
       'in work ' || (l.allocated + l.released) || ', its requests say ' || coalesce(r.outstanding, 0) ||
       '; shipped ' || l.shipped || ', its requests say ' || coalesce(r.shipped, 0) AS problem, l.order_id AS key
FROM (SELECT * FROM order_line WHERE ($2::text IS NULL OR order_id > $2::text) AND ($3::text IS NULL OR order_id <= $3::text)) l
LEFT JOIN (
  SELECT f.order_id, x.line_no, sum(x.outstanding) AS outstanding,
         -- What went to a node that ships it on has not left yet.
         coalesce(sum(x.shipped) FILTER (WHERE f.via_node_id IS NULL), 0) AS shipped
  FROM fulfillment_request f JOIN fulfillment_request_line x ON x.request_id = f.id
  WHERE ($2::text IS NULL OR f.order_id > $2::text) AND ($3::text IS NULL OR f.order_id <= $3::text) GROUP BY f.order_id, x.line_no
) r ON r.order_id = l.order_id AND r.line_no = l.line_no
WHERE l.allocated + l.released <> coalesce(r.outstanding, 0) OR l.shipped <> coalesce(r.shipped, 0)
UNION ALL
SELECT o.id, 'it has open units and nobody is to route them', o.id FROM sales_order o
WHERE o.routing = 'none' AND ($2::text IS NULL OR o.id > $2::text) AND ($3::text IS NULL OR o.id <= $3::text)
  AND EXISTS (SELECT 1 FROM order_line l WHERE l.order_id = o.id AND l.open > 0)
