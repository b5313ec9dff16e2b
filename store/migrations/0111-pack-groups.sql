-- Requests of one customer at one node that leave in one parcel. `key` is a hash of who and where, so that no person stands in it;
-- the newest group of a key is the one that can still be joined.
CREATE TABLE pack_group (
  node_id text NOT NULL,
  key text NOT NULL,
  id text NOT NULL,
  release_at timestamptz NOT NULL,
  PRIMARY KEY (node_id, key)
);
ALTER TABLE fulfillment_request ADD COLUMN pack_group text;
CREATE INDEX fulfillment_request_pack_group ON fulfillment_request (pack_group) WHERE pack_group IS NOT NULL;
