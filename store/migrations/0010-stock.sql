-- Stock in full: future supply, reservations of carts, ring-fenced units, backorders, and the rules that hold units back.

-- Outside the node's walls but on their way to it; kept beside the postings like the other balances.
ALTER TABLE stock_position
  ADD COLUMN incoming integer NOT NULL DEFAULT 0,
  ADD COLUMN in_transit integer NOT NULL DEFAULT 0,
  -- Sum of the position's stock_fence rows, so that a claim needs to read no other row.
  ADD COLUMN fenced integer NOT NULL DEFAULT 0,
  ADD CONSTRAINT stock_on_the_way_not_negative CHECK (least(incoming, in_transit, fenced) >= 0);

ALTER TABLE stock_posting
  ADD COLUMN actor text NOT NULL DEFAULT 'hub',
  ADD CONSTRAINT stock_posting_states CHECK (
    from_state IN ('available', 'reserved', 'allocated', 'picked', 'damaged', 'qualityControl', 'incoming', 'inTransit',
                   'customer', 'supplier', 'transfer', 'adjustment') AND
    to_state IN ('available', 'reserved', 'allocated', 'picked', 'damaged', 'qualityControl', 'incoming', 'inTransit',
                 'customer', 'supplier', 'transfer', 'adjustment'));

-- A cart's claim has an owner of its own: the channel and its key. An order that names the key takes it over.
ALTER TABLE reservation
  ADD COLUMN channel_id text,
  ADD COLUMN cart_key text,
  ADD COLUMN segment text,
  -- How long it is extended at a time while its order lives.
  ADD COLUMN ttl_seconds integer,
  -- Units of this SKU in one unit of the order's line: above 1 only for a kit's component.
  ADD COLUMN per_unit integer NOT NULL DEFAULT 1 CHECK (per_unit > 0),
  -- The kit that these units are a component of.
  ADD COLUMN kit text,
  -- The cart chose the node itself.
  ADD COLUMN pinned boolean NOT NULL DEFAULT false,
  DROP CONSTRAINT reservation_ends,
  ADD CONSTRAINT reservation_ends CHECK (state <> 'held' OR expires_at IS NOT NULL),
  ADD CONSTRAINT reservation_has_owner CHECK (order_id IS NOT NULL OR cart_key IS NOT NULL),
  ADD CONSTRAINT reservation_cart_names_channel CHECK ((cart_key IS NULL) OR (channel_id IS NOT NULL));
CREATE INDEX reservation_cart ON reservation (channel_id, cart_key) WHERE cart_key IS NOT NULL;
CREATE INDEX reservation_order_held ON reservation (order_id) WHERE state = 'held' AND order_id IS NOT NULL;
-- A cart's claim has no request: it costs nothing in this index.
DROP INDEX reservation_request;
CREATE INDEX reservation_request ON reservation (fulfillment_request_id) WHERE fulfillment_request_id IS NOT NULL;
CREATE INDEX reservation_ending ON reservation (expires_at) WHERE state = 'held';

-- Present when the line is a kit: what one unit of it is made of, as it was when the request was made.
ALTER TABLE fulfillment_request_line ADD COLUMN components jsonb;

-- Units that only one segment's channels may claim. Claims of the segment draw it down; a release fills it again.
CREATE TABLE stock_fence (
  sku text NOT NULL,
  node_id text NOT NULL,
  segment text NOT NULL,
  quantity integer NOT NULL CHECK (quantity >= 0),
  PRIMARY KEY (sku, node_id, segment)
);
-- What a reservation drew from which fence, to be given back with its units.
CREATE TABLE fence_draw (
  reservation_id text NOT NULL,
  segment text NOT NULL,
  quantity integer NOT NULL CHECK (quantity >= 0),
  PRIMARY KEY (reservation_id, segment)
);

-- Rules for safety stock, thresholds, freshness, segments and backorders: every version that was ever active, so that the past can be asked.
CREATE TABLE stock_policy (
  version text PRIMARY KEY,
  document jsonb NOT NULL,
  activated_at timestamptz NOT NULL,
  actor text NOT NULL
);
CREATE INDEX stock_policy_active ON stock_policy (activated_at);

-- Dated future stock: purchase orders, ASNs, transfers between nodes.
CREATE TABLE supply (
  id text PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('purchaseOrder', 'asn', 'transfer')),
  reference text NOT NULL,
  sku text NOT NULL,
  node_id text NOT NULL,
  from_node_id text,
  -- For an ASN: the purchase order whose units it brings.
  purchase_order text,
  quantity integer NOT NULL CHECK (quantity >= 0),
  -- For a transfer: units that have left the other node.
  dispatched integer NOT NULL DEFAULT 0,
  received integer NOT NULL DEFAULT 0,
  -- For a purchase order: units that ASNs have taken over.
  advised integer NOT NULL DEFAULT 0,
  -- Units promised to backorders and not received yet.
  pegged integer NOT NULL DEFAULT 0,
  expected_at timestamptz NOT NULL,
  state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'received', 'cancelled')),
  created_at timestamptz NOT NULL,
  UNIQUE (kind, reference, sku, node_id),
  CONSTRAINT supply_not_negative CHECK (least(dispatched, received, advised, pegged) >= 0),
  CONSTRAINT supply_transfer_has_origin CHECK ((kind = 'transfer') = (from_node_id IS NOT NULL))
);
CREATE INDEX supply_open ON supply (sku, expected_at) WHERE state = 'open';
-- What was known of a supply, and since when.
CREATE TABLE supply_revision (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  supply_id text NOT NULL REFERENCES supply (id),
  quantity integer NOT NULL,
  received integer NOT NULL,
  expected_at timestamptz NOT NULL,
  state text NOT NULL,
  actor text NOT NULL,
  known_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX supply_revision_supply ON supply_revision (supply_id, known_at);
-- A receipt is named by its sender, so that a repeated one receives nothing more.
CREATE TABLE supply_receipt (
  supply_id text NOT NULL REFERENCES supply (id),
  reference text NOT NULL,
  quantity integer NOT NULL CHECK (quantity > 0),
  received_at timestamptz NOT NULL,
  PRIMARY KEY (supply_id, reference)
);

-- Units of an order's line that wait for stock, with the date they were promised for.
CREATE TABLE backorder (
  id text PRIMARY KEY,
  order_id text NOT NULL REFERENCES sales_order (id),
  line_no integer NOT NULL,
  sku text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('backorder', 'preorder')),
  -- Units that still wait. Zero when all were released or cancelled.
  waiting integer NOT NULL CHECK (waiting >= 0),
  -- The supply that completes it, and when that is expected; both are worked out anew whenever a supply changes.
  supply_id text REFERENCES supply (id),
  expected_at timestamptz,
  -- What the customer was told.
  promised_at timestamptz,
  priority integer NOT NULL DEFAULT 0,
  placed_at timestamptz NOT NULL
);
CREATE INDEX backorder_waiting ON backorder (sku, placed_at) WHERE waiting > 0;
CREATE INDEX backorder_order ON backorder (order_id);
-- How many units of a SKU wait in backorders: claimed by one guarded statement, so that the cap holds whoever asks at once.
CREATE TABLE backorder_count (
  sku text PRIMARY KEY,
  waiting integer NOT NULL CHECK (waiting >= 0)
);

-- Corrections of the checker: what stood there, what stands there now, who did it and why. Appended, never changed.
CREATE TABLE stock_repair (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  run text NOT NULL,
  invariant text NOT NULL,
  subject text NOT NULL,
  before jsonb NOT NULL,
  after jsonb NOT NULL,
  actor text NOT NULL,
  repaired_at timestamptz NOT NULL
);
