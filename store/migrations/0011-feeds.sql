-- Stock feeds that come in a stream, and feeds that wait for a person.

-- The bytes of a streamed document lie in stock_feed_chunk; its envelope holds none of them.
ALTER TABLE envelope
  ADD COLUMN chunked boolean NOT NULL DEFAULT false,
  DROP CONSTRAINT envelope_state_check,
  ADD CONSTRAINT envelope_state_check
    CHECK (state IN ('received', 'held', 'applied', 'duplicate', 'superseded', 'quarantined', 'ignored'));

-- One number for each reading of a streamed or held feed; a replay is another reading.
CREATE SEQUENCE stock_feed_run;
-- The reading that stated the position last: a second row for it in one reading contradicts the first.
ALTER TABLE stock_position ADD COLUMN feed_run bigint;
-- Room in each page for a row's next version: a count that changes no indexed column then touches no index.
ALTER TABLE stock_position SET (fillfactor = 70);

CREATE TABLE stock_feed (
  id text PRIMARY KEY,
  connection_id text NOT NULL,
  port text NOT NULL,
  -- The document that it is, or is part of. A streamed feed has none until its last byte has come.
  envelope_id text REFERENCES envelope (id),
  part text NOT NULL DEFAULT '',
  state text NOT NULL
    CHECK (state IN ('receiving', 'staging', 'held', 'applying', 'applied', 'quarantined', 'superseded', 'rejected')),
  reason text,
  meta jsonb NOT NULL DEFAULT '{}',
  mode text CHECK (mode IN ('full', 'delta')),
  as_of timestamptz,
  absent_means_zero boolean NOT NULL DEFAULT false,
  nodes text[] NOT NULL DEFAULT '{}',
  bytes bigint NOT NULL DEFAULT 0,
  chunks integer NOT NULL DEFAULT 0,
  run bigint NOT NULL,
  -- Rows of the document that were looked at, good or bad: where reading goes on after a crash.
  rows_read integer NOT NULL DEFAULT 0,
  rows_staged integer NOT NULL DEFAULT 0,
  rows_refused integer NOT NULL DEFAULT 0,
  pieces integer NOT NULL DEFAULT 0,
  pieces_applied integer NOT NULL DEFAULT 0,
  rows_applied integer NOT NULL DEFAULT 0,
  -- Older than what is known of their positions: kept out.
  rows_late integer NOT NULL DEFAULT 0,
  absent_applied integer NOT NULL DEFAULT 0,
  -- Rows in which a channel said what it had been told by us.
  rows_echoed integer NOT NULL DEFAULT 0,
  -- What applying it would do, counted when it is staged.
  stated integer,
  would_zero integer,
  examples jsonb,
  decided_by text,
  decided_at timestamptz,
  lease_by text,
  lease_until timestamptz,
  -- Starts without a committed piece since.
  attempts integer NOT NULL DEFAULT 0,
  received_at timestamptz NOT NULL,
  moved_at timestamptz NOT NULL,
  staged_at timestamptz,
  settled_at timestamptz,
  UNIQUE (envelope_id, part),
  CONSTRAINT stock_feed_has_document CHECK (envelope_id IS NOT NULL OR state = 'receiving')
);
CREATE INDEX stock_feed_at_work ON stock_feed (lease_until) WHERE state IN ('receiving', 'staging', 'applying');
CREATE INDEX stock_feed_held ON stock_feed (connection_id) WHERE state = 'held';

-- The newest full feed of a node by whose contract absent means zero: an older count of a position that it left out comes too late.
CREATE TABLE stock_snapshot (
  node_id text PRIMARY KEY,
  as_of timestamptz NOT NULL
);

CREATE TABLE stock_feed_chunk (
  feed_id text NOT NULL REFERENCES stock_feed (id) ON DELETE CASCADE,
  seq integer NOT NULL,
  bytes bytea NOT NULL,
  PRIMARY KEY (feed_id, seq)
);
-- Compressing costs more time than it saves room here.
ALTER TABLE stock_feed_chunk ALTER COLUMN bytes SET STORAGE EXTERNAL;

-- Rows that were read and not applied yet, thousands in one row of this table: columns as arrays, as UNNEST takes them.
CREATE TABLE stock_feed_piece (
  feed_id text NOT NULL REFERENCES stock_feed (id) ON DELETE CASCADE,
  seq integer NOT NULL,
  -- The nodes that it names, each once.
  named text[] NOT NULL,
  rows integer[] NOT NULL,
  skus text[] NOT NULL,
  nodes text[] NOT NULL,
  counts integer[] NOT NULL,
  PRIMARY KEY (feed_id, seq)
);
-- A function, and a volatile one, only so that the planner knows how many rows to expect: of arrays in a table it expects ten, and
-- would compare every row with every other.
CREATE FUNCTION stock_feed_rows(text, integer) RETURNS TABLE ("row" integer, sku text, node_id text, counted integer)
LANGUAGE sql VOLATILE ROWS 5000 AS
'SELECT u.* FROM stock_feed_piece f, unnest(f.rows, f.skus, f.nodes, f.counts) AS u WHERE f.feed_id = $1 AND f.seq = $2';
