-- Who did what, in an order that can be proven: facts and people's actions are appended, never changed, and chained by their hashes.

-- What a person or their program asked the hub to do, written before it is done. A failure is a row of its own.
CREATE TABLE operator_action (
  id text PRIMARY KEY,
  at timestamptz NOT NULL,
  actor text NOT NULL,
  action text NOT NULL,
  subject text NOT NULL,
  detail text
);
CREATE INDEX operator_action_subject ON operator_action (subject, id);

-- One link for each fact and action, without gaps, in the order in which they became known: also the cursor of the event stream.
CREATE TABLE audit_link (
  seq bigint PRIMARY KEY,
  source text NOT NULL CHECK (source IN ('fact', 'action')),
  source_id text NOT NULL,
  -- SHA-256 over the hash of the link before and the row's content.
  hash bytea NOT NULL,
  UNIQUE (source, source_id)
);

-- Appended and not linked yet.
CREATE TABLE audit_waiting (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  source text NOT NULL,
  source_id text NOT NULL,
  since timestamptz NOT NULL DEFAULT now()
);
INSERT INTO audit_waiting (source, source_id) SELECT 'fact', id FROM fact ORDER BY id;

CREATE FUNCTION await_link() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO audit_waiting (source, source_id) SELECT TG_ARGV[0], id FROM appended;
  RETURN NULL;
END $$;
CREATE TRIGGER fact_awaits_link AFTER INSERT ON fact
  REFERENCING NEW TABLE AS appended FOR EACH STATEMENT EXECUTE FUNCTION await_link('fact');
CREATE TRIGGER action_awaits_link AFTER INSERT ON operator_action
  REFERENCING NEW TABLE AS appended FOR EACH STATEMENT EXECUTE FUNCTION await_link('action');

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is appended to, never changed', TG_TABLE_NAME USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER fact_stays BEFORE UPDATE OR DELETE ON fact FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER action_stays BEFORE UPDATE OR DELETE ON operator_action FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER link_stays BEFORE UPDATE OR DELETE ON audit_link FOR EACH ROW EXECUTE FUNCTION refuse_change();
