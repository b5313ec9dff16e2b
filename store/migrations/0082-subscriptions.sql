-- How far each subscriber of events was told, by the numbers of the audit chain.
CREATE TABLE event_subscription (
  connection_id text PRIMARY KEY,
  seq bigint NOT NULL,
  -- Rises with each replay, so that what was told before is told again.
  round integer NOT NULL DEFAULT 1,
  moved_at timestamptz NOT NULL
);
-- Events of one order are told one after the other: the first that is not settled is the next.
CREATE INDEX instruction_event ON instruction (connection_id, subject_id, id)
  WHERE kind = 'event' AND state IN ('queued', 'sending', 'unknown', 'parked');
