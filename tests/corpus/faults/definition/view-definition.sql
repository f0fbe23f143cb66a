-- what: a view shows other rows
-- expect: drift VIEW open_orders
CREATE OR REPLACE VIEW shop.open_orders AS SELECT id, customer, total FROM shop.orders WHERE status <> 'closed';
