-- what: an index is gone
-- expect: drift INDEX orders_placed
DROP INDEX shop.orders_placed;
