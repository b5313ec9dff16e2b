-- Work that its node has not accepted is moved when another plan is better. A node that was told of it is asked back first; its units
-- return to the order when it agrees, and a cancel of the customer's meanwhile makes the move a cancel.
ALTER TABLE fulfillment_request ADD COLUMN moving boolean NOT NULL DEFAULT false;
