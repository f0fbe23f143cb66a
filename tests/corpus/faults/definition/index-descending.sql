-- what: an index sorts the other way
-- expect: drift INDEX orders_placed
DROP INDEX shop.orders_placed;
CREATE INDEX orders_placed ON shop.orders (placed DESC NULLS LAST);
