-- A parcel that goes to another node first: via_node_id names it, and what it does then is a request of its own, an onward one.
ALTER TABLE fulfillment_request ADD COLUMN via_node_id text;
ALTER TABLE fulfillment_request ADD COLUMN onward boolean NOT NULL DEFAULT false;
