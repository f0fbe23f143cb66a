-- what: a function no longer runs as its owner
-- expect: drift FUNCTION reveal()
ALTER FUNCTION shop.reveal() SECURITY INVOKER;
