-- What a partner's files claim for themselves, each once: interchange and group numbers and documents by their business key.
-- The row is locked by whoever claims it, so two workers never both think they were first.
CREATE TABLE edi_claim (
  connection_id text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('interchange', 'group', 'document')),
  key text NOT NULL,
  hash text NOT NULL,
  envelope_id text NOT NULL REFERENCES envelope (id),
  part text NOT NULL,
  claimed_at timestamptz NOT NULL,
  seen integer NOT NULL DEFAULT 1,
  last_seen_at timestamptz NOT NULL,
  PRIMARY KEY (connection_id, kind, key)
);
