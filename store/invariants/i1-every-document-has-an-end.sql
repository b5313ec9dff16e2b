-- I1: every accepted document is applied, a duplicate, superseded, ignored with a reason, or in quarantine with its items.
SELECT id AS subject, 'quarantined without an item that says why' AS problem FROM envelope e
WHERE state = 'quarantined' AND NOT EXISTS (SELECT 1 FROM quarantine_item q WHERE q.envelope_id = e.id)
UNION ALL
SELECT id, 'ignored without a reason' FROM envelope WHERE state = 'ignored' AND reason IS NULL
UNION ALL
SELECT id, 'received more than ten minutes ago and not settled' FROM envelope WHERE state = 'received' AND NOT chunked AND received_at < $1::timestamptz - interval '10 minutes'
