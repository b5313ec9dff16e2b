-- I20: what would move goods of a held order is stopped, and nothing is stopped without a hold.
SELECT i.id AS subject, 'it waits to be sent for the held order ' || i.order_id AS problem FROM instruction i
WHERE i.kind = 'fulfillmentInstruction' AND i.state = 'queued'
  AND EXISTS (SELECT 1 FROM order_hold h WHERE h.order_id = i.order_id AND h.released_at IS NULL)
UNION ALL
SELECT i.id, 'it is stopped, and nothing holds the order ' || i.order_id FROM instruction i
WHERE i.state = 'held' AND NOT EXISTS (SELECT 1 FROM order_hold h WHERE h.order_id = i.order_id AND h.released_at IS NULL)
