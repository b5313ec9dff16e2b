-- A change that a channel wanted of its order (860, ORDCHG) and hears of once, when nothing of what it named is open any more. Told apart as
-- the channel does it: by when it said so and by its own number of the change, empty for none.
CREATE TABLE wanted_change (
  order_id text NOT NULL REFERENCES sales_order,
  revised_at timestamptz NOT NULL,
  number text NOT NULL,
  -- Of the whole order.
  cancel boolean NOT NULL,
  -- [{externalLineId, before, asked}]: units in all, as they were wanted before and from then on.
  lines jsonb NOT NULL,
  answered_at timestamptz,
  PRIMARY KEY (order_id, revised_at, number)
);
