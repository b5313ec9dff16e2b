-- What routing decides by, and what it claims beyond stock.

-- Policy books, each version kept for ever: decisions cite them. One is active; none means the built-in default.
CREATE TABLE routing_policy (
  version text PRIMARY KEY,
  name text NOT NULL,
  number integer NOT NULL CHECK (number > 0),
  document jsonb NOT NULL,
  created_at timestamptz NOT NULL,
  created_by text NOT NULL,
  UNIQUE (name, number)
);
CREATE TABLE routing_policy_activation (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  version text NOT NULL REFERENCES routing_policy (version),
  activated_at timestamptz NOT NULL,
  activated_by text NOT NULL
);

CREATE TABLE rate_card (id text PRIMARY KEY, document jsonb NOT NULL);

-- The network a decision was made on, by the hash of its content: nodes in routing order, and their rate cards.
CREATE TABLE routing_network (id text PRIMARY KEY, nodes jsonb NOT NULL, rate_cards jsonb NOT NULL);

-- Packages that a node has taken on, by day of hand-over and by hour of sending, in its own time: berlin-store/2026-11-25.
CREATE TABLE capacity_slot (
  slot text PRIMARY KEY,
  node_id text NOT NULL,
  used integer NOT NULL CHECK (used >= 0)
);
CREATE TABLE capacity_claim (
  request_id text NOT NULL REFERENCES fulfillment_request (id),
  slot text NOT NULL REFERENCES capacity_slot (slot),
  state text NOT NULL DEFAULT 'held' CHECK (state IN ('held', 'released')),
  PRIMARY KEY (request_id, slot)
);
CREATE INDEX capacity_claim_slot ON capacity_claim (slot) WHERE state = 'held';

-- How a node keeps its word: 1000 is as good as can be. Falls with refusals and silence, recovers with work done and with time.
CREATE TABLE node_trust (
  node_id text PRIMARY KEY,
  score integer NOT NULL CHECK (score BETWEEN 0 AND 1000),
  moved_at timestamptz NOT NULL
);

-- What a parked order waits for besides stock: it is woken when that very thing happens.
CREATE TABLE routing_wait (
  order_id text PRIMARY KEY REFERENCES sales_order (id),
  causes text[] NOT NULL,
  since timestamptz NOT NULL
);
