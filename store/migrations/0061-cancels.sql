-- A cancel is a negotiation over units: what an order wants back of a request, what its node was asked for, what it would not give up.
ALTER TABLE fulfillment_request_line ADD COLUMN back_cancel integer NOT NULL DEFAULT 0;
ALTER TABLE fulfillment_request_line ADD COLUMN back_recall integer NOT NULL DEFAULT 0;
ALTER TABLE fulfillment_request_line ADD COLUMN back_asked integer NOT NULL DEFAULT 0;
ALTER TABLE fulfillment_request_line ADD COLUMN back_refused integer NOT NULL DEFAULT 0;
ALTER TABLE fulfillment_request_line ADD CONSTRAINT request_line_back_is_outstanding
  CHECK (back_cancel >= 0 AND back_recall >= 0 AND back_refused >= 0 AND back_cancel + back_recall <= outstanding
         AND back_asked BETWEEN 0 AND back_cancel + back_recall);

-- What the channel last said of an order that the hub has changed by itself: a later word of the channel changes only what it changes.
-- NULL: the order is as its channel says.
ALTER TABLE sales_order ADD COLUMN stated jsonb;
