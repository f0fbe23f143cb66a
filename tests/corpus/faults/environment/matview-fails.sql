-- what: a materialized view that cannot be filled any more
-- reference: none
-- expect: restore-log materialized-view
CREATE TABLE shop.divisor AS SELECT 1 AS n;
CREATE MATERIALIZED VIEW shop.ratio AS SELECT 1 / n AS r FROM shop.divisor;
UPDATE shop.divisor SET n = 0;
