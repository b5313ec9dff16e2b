-- I6: each fulfillment request of a node with a connection has exactly one instruction, and a sent one has its transmission.
SELECT f.id AS subject, 'it has ' || count(i.id) || ' instructions' AS problem
FROM fulfillment_request f LEFT JOIN instruction i ON i.subject_id = f.id AND i.kind = 'fulfillmentInstruction'
WHERE f.connection_id IS NOT NULL GROUP BY f.id HAVING count(i.id) <> 1
UNION ALL
SELECT i.id, 'sent without bytes' FROM instruction i WHERE i.state = 'sent' AND i.transmission_id IS NULL
