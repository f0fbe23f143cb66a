-- what: an index is on another column
-- expect: drift INDEX orders_placed
DROP INDEX shop.orders_placed;
CREATE INDEX orders_placed ON shop.orders (status);
