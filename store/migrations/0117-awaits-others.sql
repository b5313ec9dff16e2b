-- A node's own goods for a parcel that it makes up of what others send it: told and packed when those are there.
ALTER TABLE fulfillment_request ADD COLUMN awaits_others boolean NOT NULL DEFAULT false;
