-- What an operator wrote keeps its order: the columns of a partner's CSV file are named in the order of the file, and jsonb sorts them.
-- Connections that are there already are in order again after the next crossdock apply.
ALTER TABLE connection ALTER COLUMN document TYPE json USING document::json;
