-- what: a statistics object is gone
-- expect: drift STATISTICS orders_stats
DROP STATISTICS shop.orders_stats;
