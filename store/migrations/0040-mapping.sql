-- Where captured values came from, and code tables with dates.

-- Rules are few and told by many documents: each is kept once, under a hash of what it says.
CREATE TABLE map_rule (id text PRIMARY KEY, rule text NOT NULL, layer text);
-- One row for each canonical document that was applied. `origins` is by canonical pointer, compact: see store/traces.ts.
CREATE TABLE document_trace (
  subject_id text NOT NULL,
  envelope_id text NOT NULL,
  part text NOT NULL,
  kind text NOT NULL,
  captured_at timestamptz NOT NULL,
  map text NOT NULL,
  map_version text NOT NULL,
  layers jsonb NOT NULL,
  crosswalk_version text,
  origins jsonb NOT NULL,
  -- What the partner wants to see again, by the maps' `carry` rules.
  carried jsonb,
  PRIMARY KEY (subject_id, envelope_id, part, kind)
);

-- A code may mean something else from a day on; what came before keeps its meaning.
ALTER TABLE crosswalk ADD COLUMN valid_from timestamptz NOT NULL DEFAULT '1970-01-01T00:00:00Z';
ALTER TABLE crosswalk DROP CONSTRAINT crosswalk_pkey;
ALTER TABLE crosswalk ADD PRIMARY KEY (connection_id, name, partner_code, valid_from);
