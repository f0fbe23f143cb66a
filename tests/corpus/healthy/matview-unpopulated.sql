-- what: a materialized view that was never filled where it comes from, which the plan need not name
-- reference: none
REFRESH MATERIALIZED VIEW shop.turnover WITH NO DATA;
