-- The hub's tables. Postgres is the truth; queues are refilled from here. Quantities are integers, money minor units, ids text.

-- What the hub knows of the world: who sells, who fulfills, what is sold. Documents are checked by zod at the edge.
CREATE TABLE channel (id text PRIMARY KEY, connection_id text, document jsonb NOT NULL);
CREATE TABLE party (id text PRIMARY KEY, document jsonb NOT NULL);
CREATE TABLE connection (
  id text PRIMARY KEY,
  connector text NOT NULL,
  document jsonb NOT NULL,
  state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'paused', 'broken')),
  reason text,
  changed_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE node (id text PRIMARY KEY, connection_id text, document jsonb NOT NULL);
CREATE TABLE product (sku text PRIMARY KEY, document jsonb NOT NULL);
CREATE TABLE sku_alias (
  scheme text NOT NULL CHECK (scheme IN ('gtin', 'partner', 'channel')),
  owner text NOT NULL DEFAULT '',
  value text NOT NULL,
  sku text NOT NULL REFERENCES product (sku),
  PRIMARY KEY (scheme, owner, value)
);
CREATE TABLE crosswalk (
  connection_id text NOT NULL,
  name text NOT NULL,
  partner_code text NOT NULL,
  canonical text NOT NULL,
  PRIMARY KEY (connection_id, name, partner_code)
);
-- One row; its number rises with each change above, so that every process knows when its copy is old.
CREATE TABLE master_version (one boolean PRIMARY KEY DEFAULT true CHECK (one), version bigint NOT NULL DEFAULT 1);
INSERT INTO master_version DEFAULT VALUES;

-- Inbox: every received document, raw bytes and all, once for each source key.
CREATE TABLE envelope (
  id text PRIMARY KEY,
  connection_id text NOT NULL,
  port text NOT NULL,
  source_key text NOT NULL,
  state text NOT NULL DEFAULT 'received'
    CHECK (state IN ('received', 'applied', 'duplicate', 'superseded', 'quarantined', 'ignored')),
  reason text,
  meta jsonb NOT NULL DEFAULT '{}',
  raw bytea NOT NULL,
  received_at timestamptz NOT NULL,
  settled_at timestamptz,
  attempts integer NOT NULL DEFAULT 0,
  UNIQUE (connection_id, source_key)
);
CREATE INDEX envelope_waiting ON envelope (received_at) WHERE state = 'received';

-- Orders keep their lines for ever; a line's units are counted, never given one status word.
CREATE TABLE sales_order (
  id text PRIMARY KEY,
  channel_id text NOT NULL,
  external_id text NOT NULL,
  number text NOT NULL,
  revised_at timestamptz NOT NULL,
  placed_at timestamptz NOT NULL,
  cancelled_at timestamptz,
  currency text NOT NULL,
  total_minor bigint NOT NULL,
  document jsonb NOT NULL,
  -- pending: waits for the route worker; parked: an exception case holds it; held: a hold does; none: nothing to decide.
  routing text NOT NULL DEFAULT 'pending' CHECK (routing IN ('pending', 'parked', 'held', 'none')),
  routing_since timestamptz NOT NULL,
  version integer NOT NULL DEFAULT 1,
  UNIQUE (channel_id, external_id)
);
CREATE INDEX sales_order_to_route ON sales_order (routing_since) WHERE routing = 'pending';
CREATE INDEX sales_order_parked ON sales_order (routing_since) WHERE routing = 'parked';
CREATE INDEX sales_order_placed ON sales_order (placed_at, id);

CREATE TABLE order_line (
  order_id text NOT NULL REFERENCES sales_order (id),
  line_no integer NOT NULL CHECK (line_no > 0),
  external_id text NOT NULL,
  sku text NOT NULL,
  name text,
  unit_price_minor bigint NOT NULL,
  method text NOT NULL CHECK (method IN ('ship', 'pickup', 'dropShip')),
  node_id text,
  promised_by timestamptz,
  ordered integer NOT NULL,
  open integer NOT NULL,
  backordered integer NOT NULL DEFAULT 0,
  allocated integer NOT NULL DEFAULT 0,
  released integer NOT NULL DEFAULT 0,
  shipped integer NOT NULL DEFAULT 0,
  cancelled integer NOT NULL DEFAULT 0,
  delivered integer NOT NULL DEFAULT 0,
  returned integer NOT NULL DEFAULT 0,
  PRIMARY KEY (order_id, line_no),
  UNIQUE (order_id, external_id),
  CONSTRAINT order_line_counters_add_up CHECK (open + backordered + allocated + released + shipped + cancelled = ordered),
  CONSTRAINT order_line_counters_not_negative
    CHECK (least(ordered, open, backordered, allocated, released, shipped, cancelled, delivered, returned) >= 0),
  CONSTRAINT order_line_after_shipping CHECK (delivered <= shipped AND returned <= shipped)
);

CREATE TABLE order_hold (
  id text PRIMARY KEY,
  order_id text NOT NULL REFERENCES sales_order (id),
  kind text NOT NULL CHECK (kind IN ('fraud', 'payment', 'address', 'manual')),
  reason text NOT NULL,
  placed_at timestamptz NOT NULL,
  released_at timestamptz
);
CREATE UNIQUE INDEX order_hold_active ON order_hold (order_id, kind) WHERE released_at IS NULL;

-- The timeline: appended, never changed.
CREATE TABLE fact (
  id text PRIMARY KEY,
  order_id text NOT NULL,
  kind text NOT NULL,
  at timestamptz NOT NULL,
  actor text NOT NULL,
  cause text,
  data jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX fact_order ON fact (order_id, id);

-- Stock: a position is the sum of its postings, kept beside them so that a read is one row.
CREATE TABLE stock_position (
  sku text NOT NULL,
  node_id text NOT NULL,
  available integer NOT NULL DEFAULT 0,
  reserved integer NOT NULL DEFAULT 0,
  allocated integer NOT NULL DEFAULT 0,
  picked integer NOT NULL DEFAULT 0,
  damaged integer NOT NULL DEFAULT 0,
  quality_control integer NOT NULL DEFAULT 0,
  on_hand integer NOT NULL GENERATED ALWAYS AS (available + reserved + allocated + picked + damaged + quality_control) STORED,
  -- Claimed units that the world turned out not to have; each such position has an open exception case.
  shortfall integer NOT NULL DEFAULT 0,
  safety_stock integer NOT NULL DEFAULT 0,
  as_of timestamptz,
  source text,
  PRIMARY KEY (sku, node_id),
  CONSTRAINT stock_claims_are_covered CHECK (available + shortfall >= 0),
  CONSTRAINT stock_not_negative
    CHECK (least(reserved, allocated, picked, damaged, quality_control, shortfall, safety_stock) >= 0)
);
CREATE TABLE stock_posting (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  sku text NOT NULL,
  node_id text NOT NULL,
  from_state text NOT NULL,
  to_state text NOT NULL,
  quantity integer NOT NULL CHECK (quantity > 0),
  cause text NOT NULL,
  reference text NOT NULL,
  effective_at timestamptz NOT NULL,
  posted_at timestamptz NOT NULL DEFAULT now(),
  CHECK (from_state <> to_state)
);
CREATE INDEX stock_posting_position ON stock_posting (sku, node_id, effective_at);
-- Positions whose sellable quantity moved and was not told to the channels yet. One row however often it moved.
CREATE TABLE availability_change (
  sku text NOT NULL,
  node_id text NOT NULL,
  changed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (sku, node_id)
);
CREATE TABLE availability_told (
  connection_id text NOT NULL,
  sku text NOT NULL,
  node_id text NOT NULL,
  -- NULL: the channel holds a number we do not know, it must be read first.
  available integer,
  told_at timestamptz NOT NULL,
  PRIMARY KEY (connection_id, sku, node_id)
);

CREATE TABLE routing_decision (
  id text PRIMARY KEY,
  order_id text NOT NULL REFERENCES sales_order (id),
  decided_at timestamptz NOT NULL,
  policy_version text NOT NULL,
  cost_minor bigint NOT NULL,
  record jsonb NOT NULL
);
CREATE INDEX routing_decision_order ON routing_decision (order_id, id);

CREATE TABLE fulfillment_request (
  id text PRIMARY KEY,
  order_id text NOT NULL REFERENCES sales_order (id),
  node_id text NOT NULL,
  connection_id text,
  decision_id text NOT NULL,
  method text NOT NULL CHECK (method IN ('ship', 'pickup', 'dropShip')),
  work text NOT NULL DEFAULT 'open' CHECK (work IN ('open', 'inProgress', 'closed', 'incomplete', 'cancelled')),
  negotiation text NOT NULL DEFAULT 'unsubmitted' CHECK (negotiation IN
    ('unsubmitted', 'submitted', 'accepted', 'rejected', 'cancelRequested', 'cancelAccepted', 'cancelRejected')),
  created_at timestamptz NOT NULL,
  answer_due_at timestamptz,
  version integer NOT NULL DEFAULT 1
);
CREATE INDEX fulfillment_request_order ON fulfillment_request (order_id);
CREATE INDEX fulfillment_request_node ON fulfillment_request (node_id, id);
CREATE INDEX fulfillment_request_due ON fulfillment_request (answer_due_at)
  WHERE work IN ('open', 'inProgress') AND answer_due_at IS NOT NULL;
CREATE TABLE fulfillment_request_line (
  request_id text NOT NULL REFERENCES fulfillment_request (id),
  line_no integer NOT NULL,
  sku text NOT NULL,
  requested integer NOT NULL CHECK (requested > 0),
  outstanding integer NOT NULL,
  rejected integer NOT NULL DEFAULT 0,
  shipped integer NOT NULL DEFAULT 0,
  cancelled integer NOT NULL DEFAULT 0,
  PRIMARY KEY (request_id, line_no),
  CONSTRAINT request_line_counters_add_up CHECK (outstanding + rejected + shipped + cancelled = requested),
  CONSTRAINT request_line_counters_not_negative CHECK (least(outstanding, rejected, shipped, cancelled) >= 0)
);

-- A hard claim of an order's line on a node's stock, made in the commit of its decision.
CREATE TABLE reservation (
  id text PRIMARY KEY,
  order_id text,
  line_no integer,
  fulfillment_request_id text REFERENCES fulfillment_request (id),
  sku text NOT NULL,
  node_id text NOT NULL,
  quantity integer NOT NULL CHECK (quantity > 0),
  binding text NOT NULL CHECK (binding IN ('advisory', 'timed', 'hard')),
  state text NOT NULL CHECK (state IN ('held', 'allocated', 'released', 'expired', 'consumed')),
  expires_at timestamptz,
  created_at timestamptz NOT NULL,
  CONSTRAINT reservation_ends CHECK (binding = 'hard' OR expires_at IS NOT NULL)
);
CREATE INDEX reservation_request ON reservation (fulfillment_request_id);
CREATE INDEX reservation_live ON reservation (sku, node_id) WHERE state IN ('held', 'allocated');

CREATE TABLE shipment (
  id text PRIMARY KEY,
  fulfillment_request_id text NOT NULL REFERENCES fulfillment_request (id),
  order_id text NOT NULL,
  node_id text NOT NULL,
  external_id text NOT NULL,
  state text NOT NULL DEFAULT 'shipped' CHECK (state IN ('shipped', 'delivered', 'exception')),
  carrier text,
  service text,
  shipped_at timestamptz NOT NULL,
  packages jsonb NOT NULL,
  UNIQUE (fulfillment_request_id, external_id)
);
CREATE INDEX shipment_order ON shipment (order_id);
CREATE TABLE shipment_line (
  shipment_id text NOT NULL REFERENCES shipment (id),
  line_no integer NOT NULL,
  quantity integer NOT NULL CHECK (quantity > 0),
  PRIMARY KEY (shipment_id, line_no)
);

-- What partners must be told: the row stands before the irreversible call. One for each business key, for ever.
CREATE TABLE instruction (
  id text PRIMARY KEY,
  connection_id text NOT NULL,
  port text NOT NULL,
  kind text NOT NULL,
  business_key text NOT NULL,
  subject_id text NOT NULL,
  order_id text,
  document jsonb NOT NULL,
  state text NOT NULL DEFAULT 'queued'
    CHECK (state IN ('queued', 'sending', 'sent', 'rejected', 'unknown', 'parked', 'cancelled')),
  transmission_id text,
  attempts integer NOT NULL DEFAULT 0,
  lookups integer NOT NULL DEFAULT 0,
  next_at timestamptz NOT NULL,
  lease_until timestamptz,
  reference text,
  detail text,
  created_at timestamptz NOT NULL,
  settled_at timestamptz,
  UNIQUE (connection_id, port, business_key)
);
CREATE INDEX instruction_waiting ON instruction (next_at) WHERE state IN ('queued', 'sending', 'unknown');
CREATE INDEX instruction_order ON instruction (order_id);
CREATE INDEX instruction_availability ON instruction (connection_id, subject_id) WHERE kind = 'availability' AND state = 'queued';
-- The bytes that go over the wire, fixed before the first attempt: a resend sends the same bytes under the same name.
CREATE TABLE transmission (
  id text PRIMARY KEY,
  connection_id text NOT NULL,
  port text NOT NULL,
  name text NOT NULL,
  bytes bytea NOT NULL,
  created_at timestamptz NOT NULL
);
CREATE INDEX transmission_name ON transmission (connection_id, port, name);

CREATE TABLE quarantine_item (
  id text PRIMARY KEY,
  envelope_id text NOT NULL REFERENCES envelope (id),
  part text NOT NULL,
  code text NOT NULL,
  cause text NOT NULL,
  place text NOT NULL,
  rule text NOT NULL,
  value text,
  cure text NOT NULL,
  state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'replaying', 'resolved', 'discarded')),
  opened_at timestamptz NOT NULL,
  settled_at timestamptz,
  UNIQUE (envelope_id, part, code, place)
);
CREATE INDEX quarantine_open ON quarantine_item (cause) WHERE state = 'open';

CREATE TABLE exception_case (
  id text PRIMARY KEY,
  kind text NOT NULL,
  subject text NOT NULL,
  order_id text,
  instruction_id text,
  detail text NOT NULL,
  cure text NOT NULL,
  owner text NOT NULL CHECK (owner IN ('operator', 'integrator', 'partner')),
  state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'resolved')),
  opened_at timestamptz NOT NULL,
  due_at timestamptz NOT NULL,
  resolved_at timestamptz,
  resolution text
);
CREATE UNIQUE INDEX exception_case_open ON exception_case (kind, subject) WHERE state = 'open';

-- Work that a commit left behind, until it is in a queue. Flushed by the writer; the relay sweeps what that missed.
CREATE TABLE outbox (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  queue text NOT NULL,
  ids text[] NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE cursor_position (
  connection_id text NOT NULL,
  port text NOT NULL,
  cursor jsonb NOT NULL,
  moved_at timestamptz NOT NULL,
  PRIMARY KEY (connection_id, port)
);
CREATE TABLE number_sequence (
  connection_id text NOT NULL,
  name text NOT NULL,
  last bigint NOT NULL,
  PRIMARY KEY (connection_id, name)
);
CREATE TABLE api_key (
  id text PRIMARY KEY,
  name text NOT NULL,
  hash text NOT NULL,
  scopes text[] NOT NULL,
  created_at timestamptz NOT NULL,
  revoked_at timestamptz
);
CREATE TABLE idempotency_key (
  api_key_id text NOT NULL,
  key text NOT NULL,
  request_hash text NOT NULL,
  -- NULL while the first request is still being answered.
  status integer,
  answer jsonb,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (api_key_id, key)
);
-- The last time each kind of work was seen to pass: health means a canary job got through, not that a port answers.
CREATE TABLE heartbeat (name text PRIMARY KEY, at timestamptz NOT NULL, detail text);
