-- what: a default partition takes what nobody expected
-- expect: drift TABLE visit_rest
CREATE TABLE shop.visit_rest PARTITION OF shop.visit DEFAULT;
