-- What the customer said of substitutes for a line; NULL: he was not asked.
ALTER TABLE order_line ADD COLUMN substitution text CHECK (substitution IN ('refused', 'ask', 'allowed'));
CREATE INDEX order_line_substitutable ON order_line (order_id) WHERE substitution = 'allowed' AND open + backordered > 0;
