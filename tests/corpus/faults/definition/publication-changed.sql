-- what: a publication leaves out updates
-- expect: drift PUBLICATION shop_feed
ALTER PUBLICATION shop_feed SET (publish = 'insert');
