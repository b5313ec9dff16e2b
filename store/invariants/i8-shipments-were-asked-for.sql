-- I8: every shipment belongs to a request whose node was told (or that has no connection, and is answered through the API).
SELECT s.id AS subject, 'its request ' || f.id || ' was never sent' AS problem FROM shipment s
JOIN fulfillment_request f ON f.id = s.fulfillment_request_id
WHERE f.connection_id IS NOT NULL AND NOT EXISTS (
  SELECT 1 FROM instruction i WHERE i.subject_id = f.id AND i.kind = 'fulfillmentInstruction' AND i.attempts > 0)
