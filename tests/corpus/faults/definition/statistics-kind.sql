-- what: a statistics object looks at something else
-- expect: drift STATISTICS orders_stats
DROP STATISTICS shop.orders_stats;
CREATE STATISTICS shop.orders_stats (ndistinct) ON customer, status FROM shop.orders;
