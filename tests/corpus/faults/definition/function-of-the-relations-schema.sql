-- what: a view calls the built-in function, no longer that of its relation's schema, which has the relation's name
-- base: audit
-- expect: drift VIEW audit v
CREATE OR REPLACE VIEW audit.v AS SELECT lower(a) AS x FROM audit.audit;
