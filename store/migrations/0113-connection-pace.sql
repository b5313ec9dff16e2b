-- When a connection's next call is due, in milliseconds of the database's clock: the limit is one for all processes that call.
CREATE UNLOGGED TABLE connection_pace (
  connection_id text PRIMARY KEY,
  due_ms double precision NOT NULL
);
