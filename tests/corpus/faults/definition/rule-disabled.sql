-- what: a rule is disabled
-- expect: drift RULE log log_is_kept
ALTER TABLE shop.log DISABLE RULE log_is_kept;
