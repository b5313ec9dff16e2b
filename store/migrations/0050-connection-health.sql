-- How a connection fares. No row: nothing is wrong and nothing was.
CREATE TABLE connection_health (
  connection_id text PRIMARY KEY,
  -- Of a broken connection: how often its check was tried, and when it is due again.
  probes integer NOT NULL DEFAULT 0 CHECK (probes >= 0),
  probe_at timestamptz
);
