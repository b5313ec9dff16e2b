-- A node that was reminded of an answer it owes. A later answer that owes another word starts anew.
ALTER TABLE fulfillment_request ADD COLUMN reminded_at timestamptz;
