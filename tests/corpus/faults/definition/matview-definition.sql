-- what: a materialized view sums something else
-- expect: drift MATERIALIZED VIEW turnover
DROP MATERIALIZED VIEW shop.turnover;
CREATE MATERIALIZED VIEW shop.turnover AS SELECT customer, sum(total + tax) AS total FROM shop.orders GROUP BY customer;
ALTER MATERIALIZED VIEW shop.turnover OWNER TO shop_owner;
CREATE UNIQUE INDEX turnover_customer ON shop.turnover (customer);
