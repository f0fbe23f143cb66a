-- what: everybody may run a function of its owner
-- expect: drift ACL FUNCTION reveal()
GRANT EXECUTE ON FUNCTION shop.reveal() TO PUBLIC;
