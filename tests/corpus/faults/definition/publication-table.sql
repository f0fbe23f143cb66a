-- what: a publication leaves out a table
-- expect: drift PUBLICATION TABLE shop_feed
ALTER PUBLICATION shop_feed DROP TABLE shop.orders;
