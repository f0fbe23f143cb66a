-- what: a rule is gone
-- expect: drift RULE log log_is_kept
DROP RULE log_is_kept ON shop.log;
