-- what: a comment is gone
-- expect: drift COMMENT COLUMN orders.total
COMMENT ON COLUMN shop.orders.total IS NULL;
