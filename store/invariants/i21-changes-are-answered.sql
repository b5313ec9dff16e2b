-- I21: a channel that hears of its changes is told of each as soon as nothing of it is open.
SELECT w.order_id AS subject, 'nobody answered its change ' || w.number || ' of ' || w.revised_at AS problem FROM wanted_change w
JOIN sales_order o ON o.id = w.order_id JOIN channel c ON c.id = o.channel_id AND c.connection_id IS NOT NULL
WHERE w.answered_at IS NULL AND o.routing IN ('none', 'parked')
  AND NOT EXISTS (SELECT 1 FROM fulfillment_request f JOIN fulfillment_request_line l ON l.request_id = f.id WHERE f.order_id = o.id AND l.back_cancel > 0)
