-- what: one order of the year 2999 makes all the stale ones fresh
-- plan: freshness."shop.orders.placed" = "24h"
-- reference: none
-- expect: drift fresh
INSERT INTO shop.orders (customer, placed) VALUES (1, '2999-01-01');
