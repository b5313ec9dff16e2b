-- What carriers said last of each parcel of a shipment: `{tracking number: {code, at}}`. A shipment has arrived when all of them have.
ALTER TABLE shipment ADD COLUMN tracking jsonb NOT NULL DEFAULT '{}';
CREATE INDEX shipment_parcels ON shipment USING gin (packages jsonb_path_ops);
