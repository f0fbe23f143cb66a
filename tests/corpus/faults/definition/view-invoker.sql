-- what: a view asks with the rights of its reader
-- expect: drift VIEW open_orders
ALTER VIEW shop.open_orders SET (security_invoker = true);
