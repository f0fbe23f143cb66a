-- what: anybody may write to a large object
-- expect: drift 4711
GRANT ALL ON LARGE OBJECT 4711 TO PUBLIC;
