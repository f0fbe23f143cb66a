-- what: a column has another statistics target
-- expect: drift customer
ALTER TABLE shop.customer ALTER note SET STATISTICS 1000;
