-- A piece lives for seconds: compressing its columns costs more time than it saves room.
ALTER TABLE stock_feed_piece
  ALTER COLUMN rows SET STORAGE EXTERNAL,
  ALTER COLUMN skus SET STORAGE EXTERNAL,
  ALTER COLUMN nodes SET STORAGE EXTERNAL,
  ALTER COLUMN counts SET STORAGE EXTERNAL;
