-- What people do about documents that could not be applied.

-- Corrected bytes of a document, as edits over the raw ones, which are never altered. The newest version is what is read.
CREATE TABLE envelope_correction (
  envelope_id text NOT NULL REFERENCES envelope (id),
  version integer NOT NULL CHECK (version > 0),
  edits jsonb NOT NULL,
  reason text NOT NULL,
  actor text NOT NULL,
  made_at timestamptz NOT NULL,
  PRIMARY KEY (envelope_id, version)
);

-- The thing in the world that the part is about, e.g. `order 1001`: a later revision of it settles the item.
ALTER TABLE quarantine_item
  ADD COLUMN about text,
  ADD COLUMN resolution text;
CREATE INDEX quarantine_about ON quarantine_item (about) WHERE state = 'open' AND about IS NOT NULL;
