-- what: a materialized view was never filled
-- expect: drift MATERIALIZED VIEW DATA turnover
REFRESH MATERIALIZED VIEW shop.turnover WITH NO DATA;
