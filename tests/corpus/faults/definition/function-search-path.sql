-- what: a function of its owner takes the search path of its caller
-- expect: drift FUNCTION reveal()
ALTER FUNCTION shop.reveal() RESET search_path;
