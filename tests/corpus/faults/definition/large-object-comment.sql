-- what: a large object got a comment
-- expect: drift 4711
COMMENT ON LARGE OBJECT 4711 IS 'mine';
