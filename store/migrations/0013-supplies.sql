-- When the sender of a supply knew it so: an older statement that comes later, or is replayed, does not change it.
ALTER TABLE supply ADD COLUMN stated_at timestamptz;
