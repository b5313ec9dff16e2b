-- What availability needs beyond the positions: since when things were known, rules carried out, and what the checker found.

-- Since when the position is in the books: a position that was counted empty has no posting to tell it.
ALTER TABLE stock_position ADD COLUMN created_at timestamptz NOT NULL DEFAULT now();

-- Slow data as it stood before each real change, so that the past can be asked: `document` held until `until`.
CREATE TABLE master_past (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('channel', 'node', 'product')),
  subject text NOT NULL,
  -- NULL: there was none.
  document jsonb,
  until timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX master_past_subject ON master_past (kind, subject, until);

-- Claims draw fences down in many places; what was fenced when is written down here, whoever changes it.
CREATE TABLE stock_fence_revision (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  sku text NOT NULL,
  node_id text NOT NULL,
  segment text NOT NULL,
  quantity integer NOT NULL,
  known_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX stock_fence_revision_position ON stock_fence_revision (sku, node_id, known_at);
CREATE FUNCTION note_fence() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    INSERT INTO stock_fence_revision (sku, node_id, segment, quantity) VALUES (OLD.sku, OLD.node_id, OLD.segment, 0);
  ELSE
    INSERT INTO stock_fence_revision (sku, node_id, segment, quantity) VALUES (NEW.sku, NEW.node_id, NEW.segment, NEW.quantity);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER stock_fence_noted AFTER INSERT OR UPDATE OR DELETE ON stock_fence FOR EACH ROW EXECUTE FUNCTION note_fence();

-- For a purchase order: units that ASNs have taken over.
ALTER TABLE supply ADD COLUMN IF NOT EXISTS advised integer NOT NULL DEFAULT 0;

CREATE TABLE supply_pegging (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  supply_id text NOT NULL,
  pegged integer NOT NULL,
  known_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX supply_pegging_supply ON supply_pegging (supply_id, known_at);
CREATE FUNCTION note_pegging() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO supply_pegging (supply_id, pegged) VALUES (NEW.id, NEW.pegged);
  RETURN NULL;
END $$;
CREATE TRIGGER supply_pegging_noted AFTER UPDATE OF pegged ON supply FOR EACH ROW
  WHEN (OLD.pegged IS DISTINCT FROM NEW.pegged) EXECUTE FUNCTION note_pegging();

-- One row: the policy and the moment that safety stock and the channels' numbers reflect, and how far a pass over all SKUs has come.
CREATE TABLE stock_rules_applied (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  policy_version text NOT NULL,
  applied_at timestamptz NOT NULL,
  target_version text,
  target_at timestamptz,
  -- SKUs up to this one are done.
  cursor_sku text NOT NULL DEFAULT '',
  -- Nodes or channels changed: every position of the pass is looked at, not only those that the rules' change touches.
  whole boolean NOT NULL DEFAULT false,
  freshness_at timestamptz
);
-- Products, nodes and channels that changed since; taken out by the pass that deals with them.
CREATE TABLE stock_rules_stale (
  kind text NOT NULL CHECK (kind IN ('channel', 'node', 'product')),
  subject text NOT NULL,
  PRIMARY KEY (kind, subject)
);
-- A position that no feed made has no safety stock yet: the next pass gives it what the rules say.
CREATE FUNCTION note_uncounted_position() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO stock_rules_stale (kind, subject) VALUES ('product', NEW.sku) ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
CREATE TRIGGER stock_position_uncounted AFTER INSERT ON stock_position FOR EACH ROW
  WHEN (NEW.as_of IS NULL) EXECUTE FUNCTION note_uncounted_position();

-- Positions whose count was found too old: they are told again once a newer count is there.
CREATE TABLE stock_old_count (
  sku text NOT NULL,
  node_id text NOT NULL,
  as_of timestamptz NOT NULL,
  PRIMARY KEY (sku, node_id)
);

-- The checker's rounds: how far each invariant has come, and what it found on the way.
CREATE TABLE invariant_round (
  name text PRIMARY KEY,
  cursor_key text NOT NULL DEFAULT '',
  rounds bigint NOT NULL DEFAULT 0,
  round_began_at timestamptz NOT NULL,
  -- When the last whole round ended.
  finished_at timestamptz
);
CREATE TABLE invariant_violation (
  name text NOT NULL,
  subject text NOT NULL,
  -- The SKU or order that the invariant goes by.
  key text NOT NULL,
  problem text NOT NULL,
  seen_at timestamptz NOT NULL,
  PRIMARY KEY (name, subject)
);
CREATE INDEX invariant_violation_key ON invariant_violation (name, key);
