-- I9: every shipment of an order that a connected channel sold is told to it, or has an open case that says why not.
SELECT s.id AS subject, 'the channel ' || c.id || ' was not told' AS problem FROM shipment s
JOIN sales_order o ON o.id = s.order_id JOIN channel c ON c.id = o.channel_id AND c.connection_id IS NOT NULL
JOIN fulfillment_request f ON f.id = s.fulfillment_request_id AND f.via_node_id IS NULL
WHERE NOT EXISTS (SELECT 1 FROM instruction i WHERE i.subject_id = s.id AND i.kind = 'channelShipment' AND i.state NOT IN ('rejected', 'parked', 'cancelled'))
  AND NOT EXISTS (SELECT 1 FROM exception_case x JOIN instruction i ON i.id = x.instruction_id WHERE i.subject_id = s.id AND x.state = 'open')
  -- An exchange's order is none of the channel's own: it knows the return.
  AND NOT EXISTS (SELECT 1 FROM customer_return r WHERE r.exchange_order_id = o.id)
