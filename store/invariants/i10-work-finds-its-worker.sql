-- I10: work that a commit left is handed to the queue; the database's own clock counts, since it wrote the row.
SELECT id::text AS subject, 'work for ' || queue || ' waits to be handed over since ' || created_at AS problem FROM outbox
WHERE created_at < now() - interval '10 minutes'
