-- what: extended statistics are kept in another detail
-- expect: drift orders_stats
ALTER STATISTICS shop.orders_stats SET STATISTICS 7;
