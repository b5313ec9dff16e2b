-- The life of an order after its capture: holds of several kinds, the grace period, and the policy behind them.

-- A hold says who placed it and who took it off: `channel`, `rule:<name>` or a person. Several of one kind stand side by side.
ALTER TABLE order_hold ADD COLUMN placed_by text NOT NULL DEFAULT 'channel';
ALTER TABLE order_hold ADD COLUMN due_at timestamptz;
UPDATE order_hold SET due_at = placed_at + interval '1 day';
ALTER TABLE order_hold ALTER COLUMN due_at SET NOT NULL;
ALTER TABLE order_hold ADD COLUMN released_by text;
ALTER TABLE order_hold ADD COLUMN resolution text;
DROP INDEX order_hold_active;
CREATE UNIQUE INDEX order_hold_active ON order_hold (order_id, kind, placed_by) WHERE released_at IS NULL;
CREATE INDEX order_hold_due ON order_hold (due_at) WHERE released_at IS NULL;

-- Who bought, as one comparable word (core/orders/buyer.ts): rules ask whether an address is new, erasing asks for all of a person's orders.
ALTER TABLE sales_order ADD COLUMN buyer text;
CREATE INDEX sales_order_buyer ON sales_order (buyer) WHERE buyer IS NOT NULL;

-- People name orders by their number.
CREATE INDEX sales_order_number ON sales_order (number);

-- A hold that comes before the sending stops the instruction where it lies.
ALTER TABLE instruction DROP CONSTRAINT instruction_state_check;
ALTER TABLE instruction ADD CONSTRAINT instruction_state_check
  CHECK (state IN ('queued', 'held', 'sending', 'sent', 'rejected', 'unknown', 'parked', 'cancelled'));
CREATE INDEX instruction_held ON instruction (order_id) WHERE state = 'held';

-- When the node was told, and not before when it is: the grace period of its order.
ALTER TABLE fulfillment_request ADD COLUMN submitted_at timestamptz;
ALTER TABLE fulfillment_request ADD COLUMN release_at timestamptz;
UPDATE fulfillment_request SET submitted_at = created_at WHERE negotiation <> 'unsubmitted';
CREATE INDEX fulfillment_request_to_release ON fulfillment_request (release_at)
  WHERE connection_id IS NULL AND negotiation = 'unsubmitted' AND work = 'open';

-- Versions of the order policy: hold rules, grace periods. The newest activated one holds; none means the built-in default.
CREATE TABLE order_policy (
  version text PRIMARY KEY,
  document jsonb NOT NULL,
  activated_at timestamptz NOT NULL,
  actor text NOT NULL
);
