-- what: only comments have changed, and the plan allows that
-- reference: base
-- plan: reference.allow = ["COMMENT"]
COMMENT ON TABLE shop.orders IS 'what was ordered, and when';
COMMENT ON TABLE shop.log IS 'what happened';
