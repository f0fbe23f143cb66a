-- what: a partial index covers other rows
-- expect: drift INDEX orders_open
DROP INDEX shop.orders_open;
CREATE INDEX orders_open ON shop.orders (customer) WHERE status <> 'draft';
