-- Files of ours for which the partner owes a technical receipt (997, CONTRL): one that never comes means that nobody may have read the file.
CREATE TABLE awaited_receipt (
  transmission_id text PRIMARY KEY,
  connection_id text NOT NULL,
  -- As the receipt will name what it answers: `x12 PO 7`, `edifact 12`.
  receipt_key text NOT NULL,
  within_ms bigint NOT NULL,
  received_at timestamptz,
  missed_at timestamptz
);
CREATE INDEX awaited_receipt_key ON awaited_receipt (connection_id, receipt_key);
CREATE INDEX awaited_receipt_open ON awaited_receipt (transmission_id) WHERE received_at IS NULL AND missed_at IS NULL;
