-- what: a procedure does something else
-- expect: drift PROCEDURE settle(
CREATE OR REPLACE PROCEDURE shop.settle(what bigint) LANGUAGE sql AS 'UPDATE shop.orders SET status = ''closed'' WHERE id = what';
