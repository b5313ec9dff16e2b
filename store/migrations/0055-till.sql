-- Sales at a till: their units left with the customer, so that no decision is behind the request that records them.
ALTER TABLE fulfillment_request ALTER COLUMN decision_id DROP NOT NULL;
