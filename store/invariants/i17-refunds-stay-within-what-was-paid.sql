-- I17: an order's refunds add up to what its money says went back, never beyond what was paid, and each paid one is named by its channel.
-- Goes by order.
SELECT m.order_id AS subject,
       'refunded ' || m.refunded_minor || ' of ' || m.paid_minor || ', its refunds say ' || coalesce(r.amount, 0) AS problem, m.order_id AS key
FROM (SELECT * FROM order_money WHERE ($2::text IS NULL OR order_id > $2::text) AND ($3::text IS NULL OR order_id <= $3::text)) m
LEFT JOIN (SELECT order_id, sum(amount_minor) AS amount FROM refund WHERE state NOT IN ('denied', 'notRefundable') GROUP BY order_id) r USING (order_id)
WHERE m.refunded_minor <> coalesce(r.amount, 0) OR m.refunded_minor > m.paid_minor
UNION ALL
SELECT r.id, 'it is triggered and its channel was never told', r.order_id FROM refund r
WHERE r.state IN ('triggered', 'inDoubt') AND ($2::text IS NULL OR r.order_id > $2::text) AND ($3::text IS NULL OR r.order_id <= $3::text)
  AND NOT EXISTS (SELECT 1 FROM instruction i WHERE i.subject_id = r.id AND i.kind = 'channelRefund' AND i.state NOT IN ('rejected', 'cancelled'))
UNION ALL
SELECT r.id, 'it waits for a person without an open case', r.order_id FROM refund r
WHERE r.state = 'pending' AND ($2::text IS NULL OR r.order_id > $2::text) AND ($3::text IS NULL OR r.order_id <= $3::text)
  AND NOT EXISTS (SELECT 1 FROM exception_case c WHERE c.kind IN ('refundRefused', 'sendRejected') AND c.state = 'open' AND (c.subject = r.id OR c.order_id = r.order_id))
