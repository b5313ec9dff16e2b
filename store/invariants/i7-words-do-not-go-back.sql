-- I7: an older word of a channel never changes an order after a newer one.
-- Goes by order.
SELECT w.order_id AS subject, 'a word of ' || w.at || ' was applied after one of ' || w.newest AS problem, w.order_id AS key FROM (
  SELECT f.order_id, f.at, max(f.at) OVER (PARTITION BY f.order_id ORDER BY f.id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS newest
  FROM fact f WHERE f.kind = 'amended' AND ($2::text IS NULL OR f.order_id > $2) AND ($3::text IS NULL OR f.order_id <= $3)) w
WHERE w.at < w.newest
UNION ALL
SELECT o.id, 'it stands as of ' || o.revised_at || ' and was amended as of ' || f.at, o.id FROM sales_order o JOIN fact f ON f.order_id = o.id
WHERE f.kind = 'amended' AND f.at > o.revised_at AND ($2::text IS NULL OR o.id > $2) AND ($3::text IS NULL OR o.id <= $3)
