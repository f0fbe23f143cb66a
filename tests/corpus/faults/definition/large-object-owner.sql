-- what: a large object was given away
-- expect: drift 4711
ALTER LARGE OBJECT 4711 OWNER TO clerk;
