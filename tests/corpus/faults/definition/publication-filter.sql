-- what: a publication leaves out rows
-- expect: drift PUBLICATION TABLE shop_feed
ALTER PUBLICATION shop_feed SET TABLE shop.orders WHERE (id < 0);
