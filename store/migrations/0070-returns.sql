-- Returns: goods on their way back, what was found in their parcels, and the money that follows.

-- What the customer paid for a line beyond its unit price; NULL: nothing, or the channel does not say.
ALTER TABLE order_line
  ADD COLUMN discount_minor bigint CHECK (discount_minor >= 0),
  ADD COLUMN tax_minor bigint CHECK (tax_minor >= 0),
  -- Units in returns that were not received (or given up) yet; nobody can return a unit twice.
  ADD COLUMN coming_back integer NOT NULL DEFAULT 0 CHECK (coming_back >= 0),
  -- Returned units that the channel is told to pay back: its own count of the line is without them.
  ADD COLUMN refunded integer NOT NULL DEFAULT 0 CHECK (refunded >= 0),
  DROP CONSTRAINT order_line_after_shipping,
  ADD CONSTRAINT order_line_after_shipping CHECK (delivered <= shipped AND returned + coming_back <= shipped);

CREATE TABLE return_policy (
  version text PRIMARY KEY,
  document jsonb NOT NULL,
  activated_at timestamptz NOT NULL,
  actor text NOT NULL
);
CREATE INDEX return_policy_active ON return_policy (activated_at);

CREATE TABLE customer_return (
  id text PRIMARY KEY,
  order_id text NOT NULL REFERENCES sales_order (id),
  channel_id text NOT NULL,
  -- The channel's own name of it.
  external_id text,
  kind text NOT NULL CHECK (kind IN ('refund', 'exchange')),
  way text NOT NULL CHECK (way IN ('parcel', 'inStore')),
  custody text NOT NULL CHECK (custody IN
    ('requested', 'advised', 'inTransit', 'received', 'inspected', 'disposed', 'notReturned', 'closed', 'declined')),
  -- Where it is sent, and the node whose book its goods belong to; NULL until it is authorised.
  node_id text,
  book_id text,
  -- Every candidate node with its cost or the reason against it.
  choice jsonb,
  exchange jsonb NOT NULL DEFAULT '[]',
  exchange_order_id text REFERENCES sales_order (id),
  -- Of the exchange's value, what was not set off against a refund yet.
  credit_minor bigint NOT NULL DEFAULT 0 CHECK (credit_minor >= 0),
  -- A fee for the label that was not kept back yet.
  label_fee_minor bigint NOT NULL DEFAULT 0 CHECK (label_fee_minor >= 0),
  carrier text,
  tracking_number text,
  label_url text,
  requested_at timestamptz NOT NULL,
  authorised_at timestamptz,
  -- Its label is worth nothing after this.
  expires_at timestamptz,
  -- What lies uninspected becomes an exception case after this.
  due_at timestamptz,
  closed_at timestamptz,
  CONSTRAINT customer_return_goes_somewhere CHECK (custody IN ('requested', 'declined') OR (node_id IS NOT NULL AND book_id IS NOT NULL)),
  UNIQUE (channel_id, external_id)
);
CREATE INDEX customer_return_order ON customer_return (order_id);
CREATE INDEX customer_return_node ON customer_return (node_id, id);
CREATE INDEX customer_return_exchange ON customer_return (exchange_order_id) WHERE exchange_order_id IS NOT NULL;
CREATE INDEX customer_return_tracking ON customer_return (tracking_number) WHERE tracking_number IS NOT NULL;
CREATE INDEX customer_return_expiring ON customer_return (expires_at) WHERE closed_at IS NULL AND expires_at IS NOT NULL;
CREATE INDEX customer_return_due ON customer_return (due_at) WHERE due_at IS NOT NULL AND closed_at IS NULL;

CREATE TABLE customer_return_line (
  return_id text NOT NULL REFERENCES customer_return (id),
  line_no integer NOT NULL CHECK (line_no > 0),
  order_line_no integer NOT NULL,
  sku text NOT NULL,
  components jsonb,
  reason text NOT NULL,
  note text,
  -- The terms of the policy when it was asked for.
  terms jsonb NOT NULL,
  shipped_by_supplier boolean NOT NULL,
  quantity integer NOT NULL CHECK (quantity > 0),
  expected integer NOT NULL,
  missing integer NOT NULL DEFAULT 0,
  received integer NOT NULL DEFAULT 0,
  ungraded integer NOT NULL DEFAULT 0,
  blocked integer NOT NULL DEFAULT 0,
  disposed integer NOT NULL DEFAULT 0,
  denied integer NOT NULL DEFAULT 0,
  settled integer NOT NULL DEFAULT 0,
  PRIMARY KEY (return_id, line_no),
  CONSTRAINT return_line_units_add_up CHECK (expected + missing + received = quantity),
  CONSTRAINT return_line_received_add_up CHECK (ungraded + blocked + disposed = received),
  CONSTRAINT return_line_money CHECK (settled + denied <= quantity),
  CONSTRAINT return_line_not_negative
    CHECK (least(expected, missing, received, ungraded, blocked, disposed, denied, settled) >= 0)
);

-- What nodes found in parcels; the same number from the same node is the same receipt.
CREATE TABLE return_receipt (
  id text PRIMARY KEY,
  node_id text NOT NULL,
  book_id text NOT NULL,
  receipt_number text NOT NULL,
  named text[] NOT NULL,
  received_at timestamptz NOT NULL,
  recorded_at timestamptz NOT NULL,
  actor text NOT NULL,
  UNIQUE (node_id, receipt_number)
);
CREATE TABLE return_receipt_line (
  receipt_id text NOT NULL REFERENCES return_receipt (id),
  line_no integer NOT NULL CHECK (line_no > 0),
  -- NULL: nobody knows what it is; `item` is what is written on it.
  sku text,
  item text NOT NULL,
  quantity integer NOT NULL CHECK (quantity > 0),
  -- Units that belong to a return; the others wait for a person, until they are cleared.
  matched integer NOT NULL DEFAULT 0,
  cleared integer NOT NULL DEFAULT 0,
  condition text,
  reason text,
  note text,
  PRIMARY KEY (receipt_id, line_no),
  CONSTRAINT return_receipt_line_units CHECK (matched >= 0 AND cleared >= 0 AND matched + cleared <= quantity)
);
CREATE INDEX return_receipt_line_unmatched ON return_receipt_line (receipt_id) WHERE matched + cleared < quantity;

-- What was found and decided, unit by unit; an inspection has a number of its own, so that a repeat grades nothing twice.
CREATE TABLE return_inspection (
  return_id text NOT NULL REFERENCES customer_return (id),
  inspection_number text NOT NULL,
  inspected_at timestamptz NOT NULL,
  actor text NOT NULL,
  PRIMARY KEY (return_id, inspection_number)
);
CREATE TABLE return_disposition (
  id text PRIMARY KEY,
  return_id text NOT NULL REFERENCES customer_return (id),
  line_no integer NOT NULL,
  quantity integer NOT NULL CHECK (quantity > 0),
  condition text NOT NULL,
  disposition text NOT NULL CHECK (disposition IN ('restock', 'refurbish', 'returnToVendor', 'scrap')),
  -- The rule of the policy, or who decided by hand.
  rule text NOT NULL,
  book_id text NOT NULL,
  -- Why the units could not be restocked; they wait in quality control.
  blocked text,
  decided_at timestamptz NOT NULL
);
CREATE INDEX return_disposition_return ON return_disposition (return_id);

-- Money of an order that has returns: what was paid when the first was asked for, and what went back since.
CREATE TABLE order_money (
  order_id text PRIMARY KEY REFERENCES sales_order (id),
  currency text NOT NULL,
  paid_minor bigint NOT NULL,
  refunded_minor bigint NOT NULL DEFAULT 0,
  -- Units that brought their part of the shipping with them.
  shipping_units integer NOT NULL DEFAULT 0 CHECK (shipping_units >= 0),
  CONSTRAINT order_money_refunded CHECK (refunded_minor >= 0 AND refunded_minor <= paid_minor)
);
CREATE TABLE refund (
  id text PRIMARY KEY,
  order_id text NOT NULL REFERENCES sales_order (id),
  -- NULL: the channel paid it back by itself.
  return_id text REFERENCES customer_return (id),
  state text NOT NULL CHECK (state IN ('pending', 'triggered', 'inDoubt', 'refunded', 'denied', 'notRefundable')),
  amount_minor bigint NOT NULL CHECK (amount_minor > 0),
  -- How it is made up.
  plan jsonb NOT NULL,
  -- The channel's own name of it.
  reference text,
  created_at timestamptz NOT NULL,
  settled_at timestamptz
);
CREATE INDEX refund_order ON refund (order_id);
CREATE UNIQUE INDEX refund_reference ON refund (order_id, reference) WHERE reference IS NOT NULL;
