-- what: an index that was never built to its end, which pg_dump leaves out
-- expect: drift INDEX orders_placed
UPDATE pg_catalog.pg_index SET indisvalid = false WHERE indexrelid = 'shop.orders_placed'::regclass;
