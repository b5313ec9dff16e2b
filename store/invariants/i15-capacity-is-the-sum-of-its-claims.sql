-- I15: what a slot counts is what live claims hold, and a claim is given back when its request ended without a parcel.
SELECT s.slot AS subject, 'used ' || s.used || ', its claims say ' || coalesce(c.held, 0) AS problem
FROM capacity_slot s
LEFT JOIN (SELECT slot, count(*) AS held FROM capacity_claim WHERE state = 'held' GROUP BY slot) c ON c.slot = s.slot
WHERE s.used <> coalesce(c.held, 0)
UNION ALL
SELECT f.id, 'it ended without a parcel and still holds a place at ' || c.slot FROM capacity_claim c
JOIN fulfillment_request f ON f.id = c.request_id
WHERE c.state = 'held' AND f.work = 'cancelled'
