-- what: a comment says something else
-- expect: drift COMMENT TABLE orders
COMMENT ON TABLE shop.orders IS 'nothing';
