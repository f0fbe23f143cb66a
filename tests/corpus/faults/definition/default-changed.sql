-- what: a default is another value
-- expect: drift TABLE orders
ALTER TABLE shop.orders ALTER status SET DEFAULT 'paid';
