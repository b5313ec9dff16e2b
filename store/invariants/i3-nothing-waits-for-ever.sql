-- I3: whatever waits beyond its deadline has an open exception case.
SELECT o.id AS subject, 'parked without an open case' AS problem FROM sales_order o
WHERE o.routing = 'parked' AND NOT EXISTS (SELECT 1 FROM exception_case c WHERE c.kind = 'unroutable' AND c.subject = o.id AND c.state = 'open')
UNION ALL
SELECT f.id, 'its answer was due at ' || f.answer_due_at FROM fulfillment_request f
WHERE f.work IN ('open', 'inProgress') AND f.answer_due_at < $1::timestamptz - interval '5 minutes'
  AND NOT EXISTS (SELECT 1 FROM exception_case c WHERE c.subject = f.id AND c.state = 'open')
UNION ALL
SELECT h.id, 'the hold of ' || h.order_id || ' was to be decided by ' || h.due_at FROM order_hold h
WHERE h.released_at IS NULL AND h.due_at < $1::timestamptz - interval '5 minutes'
  AND EXISTS (SELECT 1 FROM order_line l WHERE l.order_id = h.order_id AND l.open + l.backordered + l.allocated > 0)
  AND NOT EXISTS (SELECT 1 FROM exception_case c WHERE c.kind = 'holdOverdue' AND c.subject = h.id AND c.state = 'open')
UNION ALL
SELECT i.id, 'an instruction has waited since ' || i.next_at FROM instruction i JOIN connection n ON n.id = i.connection_id
WHERE i.state IN ('queued', 'unknown') AND n.state = 'active' AND i.next_at < $1::timestamptz - interval '15 minutes'
  AND NOT (i.kind = 'event' AND EXISTS (SELECT 1 FROM instruction b WHERE b.kind = 'event' AND b.state IN ('queued', 'sending', 'unknown', 'parked')
    AND b.connection_id = i.connection_id AND b.subject_id = i.subject_id AND b.id < i.id))
  AND NOT (i.kind IN ('channelShipment', 'channelChange') AND EXISTS (SELECT 1 FROM instruction b WHERE b.kind IN ('channelAnswer', 'channelChange')
    AND b.state IN ('queued', 'sending', 'unknown') AND b.order_id = i.order_id AND b.id < i.id))
UNION ALL
SELECT i.id, 'parked without an open case' FROM instruction i
WHERE i.state = 'parked' AND i.kind <> 'availability' AND NOT EXISTS (SELECT 1 FROM exception_case c WHERE c.subject = i.id AND c.state = 'open')
UNION ALL
SELECT f.id, 'a stock feed is held without an open case' FROM stock_feed f
WHERE f.state = 'held' AND NOT EXISTS (SELECT 1 FROM exception_case c WHERE c.kind = 'feedHeld' AND c.subject = f.id AND c.state = 'open')
UNION ALL
SELECT f.id, 'a stock feed has not moved since ' || f.moved_at FROM stock_feed f
WHERE f.state IN ('staging', 'applying') AND f.moved_at < $1::timestamptz - interval '10 minutes'
UNION ALL
SELECT r.id, 'a return waits for a person without an open case' FROM customer_return r
WHERE r.custody = 'requested' AND NOT EXISTS (SELECT 1 FROM exception_case c WHERE c.kind = 'returnNeedsPerson' AND c.subject = r.id AND c.state = 'open')
UNION ALL
SELECT r.id, 'its label ran out at ' || r.expires_at FROM customer_return r
WHERE r.closed_at IS NULL AND r.expires_at < $1::timestamptz - interval '5 minutes'
  AND EXISTS (SELECT 1 FROM customer_return_line l WHERE l.return_id = r.id AND l.expected > 0)
UNION ALL
SELECT r.id, 'its goods were to be looked at by ' || r.due_at FROM customer_return r
WHERE r.closed_at IS NULL AND r.due_at < $1::timestamptz - interval '5 minutes'
  AND NOT EXISTS (SELECT 1 FROM exception_case c WHERE c.kind = 'returnOverdue' AND c.subject = r.id AND c.state = 'open')
