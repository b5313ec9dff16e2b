-- Who set a list back to be read again, from where to where.
CREATE TABLE cursor_rewind (
  id text PRIMARY KEY,
  connection_id text NOT NULL,
  port text NOT NULL,
  before jsonb,
  after jsonb NOT NULL,
  actor text NOT NULL,
  rewound_at timestamptz NOT NULL
);
CREATE INDEX cursor_rewind_connection ON cursor_rewind (connection_id, rewound_at);
