-- Corrections of a node's book (947) that were applied: a number counts once, whatever interchange brings it again.
CREATE TABLE stock_adjustment (
  connection_id text NOT NULL,
  node_id text NOT NULL,
  number text NOT NULL,
  envelope_id text NOT NULL,
  told_at timestamptz NOT NULL,
  PRIMARY KEY (connection_id, node_id, number)
);
