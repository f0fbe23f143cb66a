CREATE SCHEMA selftest;
ALTER SCHEMA selftest OWNER TO selftest_owner;
GRANT USAGE ON SCHEMA selftest TO PUBLIC;

CREATE TABLE selftest.open (id integer NOT NULL, note text, hidden text);
ALTER TABLE selftest.open OWNER TO selftest_owner;
GRANT ALL ON TABLE selftest.open TO PUBLIC;
COPY selftest.open (id, note, hidden) FROM stdin;
1	canary-note-5d1f	canary-column-90ab
2	canary-note-77c2	canary-column-3e10
3	\N	canary-column-c84d
\.

CREATE TABLE selftest.closed (id integer NOT NULL, v text);
ALTER TABLE selftest.closed OWNER TO selftest_owner;
COPY selftest.closed (id, v) FROM stdin;
1	canary-closed-1f6e
2	canary-closed-a9d3
\.
ANALYZE selftest.closed;
ANALYZE selftest.open;

-- Views read with their owner's rights.
CREATE VIEW selftest.of_superuser AS SELECT closed.id, closed.v FROM selftest.closed;
GRANT SELECT ON TABLE selftest.of_superuser TO PUBLIC;
CREATE VIEW selftest.of_owner AS SELECT closed.id, closed.v FROM selftest.closed;
ALTER TABLE selftest.of_owner OWNER TO selftest_owner;
GRANT SELECT ON TABLE selftest.of_owner TO PUBLIC;
-- Shows no row. A condition that is cheaper than its own would see the rows first, and quote them in an error.
CREATE VIEW selftest.none AS SELECT closed.id, closed.v FROM selftest.closed
    WHERE (((((closed.id + 1) + 2) + 3) + 4) % 2) = 5;
ALTER TABLE selftest.none OWNER TO selftest_owner;
CREATE MATERIALIZED VIEW selftest.kept AS SELECT closed.v FROM selftest.closed;
GRANT SELECT ON TABLE selftest.kept TO PUBLIC;

-- A grant that another role than the owner made: REVOKE FROM PUBLIC by a superuser leaves it.
CREATE TABLE selftest.regranted (v text);
ALTER TABLE selftest.regranted OWNER TO selftest_owner;
INSERT INTO selftest.regranted VALUES ('canary-regranted-20e7');
GRANT SELECT ON TABLE selftest.regranted TO selftest_middle WITH GRANT OPTION;
SET SESSION AUTHORIZATION selftest_middle;
GRANT SELECT ON TABLE selftest.regranted TO PUBLIC;
RESET SESSION AUTHORIZATION;

-- Rows that a policy hides.
CREATE TABLE selftest.guarded (v text);
ALTER TABLE selftest.guarded OWNER TO selftest_owner;
INSERT INTO selftest.guarded VALUES ('canary-guarded-b35a');
ALTER TABLE selftest.guarded ENABLE ROW LEVEL SECURITY;
CREATE POLICY nobody ON selftest.guarded USING (false);

-- EXECUTE is PUBLIC's by default.
CREATE FUNCTION selftest.leak() RETURNS text LANGUAGE sql STABLE SECURITY DEFINER
    AS $$ SELECT v FROM selftest.closed ORDER BY id LIMIT 1 $$;
CREATE FUNCTION selftest.leak_of(text) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
    AS $$ SELECT count(*) > 0 FROM selftest.closed WHERE v LIKE $1 $$;
CREATE FUNCTION selftest.leak_both(text, text) RETURNS text LANGUAGE sql STABLE SECURITY DEFINER
    AS $$ SELECT v FROM selftest.closed ORDER BY id LIMIT 1 $$;
CREATE FUNCTION selftest.run(text) RETURNS text LANGUAGE plpgsql SECURITY DEFINER
    AS $$ DECLARE answer text; BEGIN EXECUTE $1 INTO answer; RETURN answer; END $$;
CREATE OPERATOR selftest.<!> (FUNCTION = selftest.leak_both, LEFTARG = text, RIGHTARG = text);
CREATE AGGREGATE selftest.leak_all(text) (SFUNC = selftest.leak_both, STYPE = text);
CREATE DOMAIN selftest.probe AS text CONSTRAINT probe_check CHECK (selftest.leak_of(VALUE));
CREATE TYPE selftest.wrapped AS (v text);
CREATE FUNCTION selftest.unwrap(selftest.wrapped) RETURNS text LANGUAGE sql STABLE SECURITY DEFINER
    AS $$ SELECT v FROM selftest.closed ORDER BY id LIMIT 1 $$;
CREATE CAST (selftest.wrapped AS text) WITH FUNCTION selftest.unwrap(selftest.wrapped);

-- Nobody asks for EXECUTE where Postgres itself compares the bounds of a range.
CREATE FUNCTION selftest.compare(integer, integer) RETURNS integer LANGUAGE plpgsql IMMUTABLE SECURITY DEFINER
    AS $$ BEGIN RAISE EXCEPTION '%', (SELECT v FROM selftest.closed ORDER BY id LIMIT 1); END $$;
REVOKE ALL ON FUNCTION selftest.compare(integer, integer) FROM PUBLIC;
CREATE OPERATOR CLASS selftest.compared FOR TYPE integer USING btree AS
    OPERATOR 1 < , OPERATOR 2 <= , OPERATOR 3 = , OPERATOR 4 >= , OPERATOR 5 > ,
    FUNCTION 1 selftest.compare(integer, integer);
CREATE TYPE selftest.span AS RANGE (subtype = integer, subtype_opclass = selftest.compared);

CREATE SEQUENCE selftest.counter;
GRANT ALL ON SEQUENCE selftest.counter TO PUBLIC;

SELECT pg_catalog.lo_from_bytea('4242', 'canary-object-6b02');
GRANT SELECT ON LARGE OBJECT 4242 TO PUBLIC;

CREATE SCHEMA selftest_extensions;
GRANT ALL ON SCHEMA selftest_extensions TO PUBLIC;
-- Its routines are ones that a check may run, so the schema is open, and with it the names of the others.
CREATE EXTENSION citext WITH SCHEMA selftest_extensions;
CREATE EXTENSION dblink WITH SCHEMA selftest_extensions;
CREATE EXTENSION postgres_fdw WITH SCHEMA selftest_extensions;
CREATE EXTENSION file_fdw WITH SCHEMA selftest_extensions;
CREATE SERVER selftest_files FOREIGN DATA WRAPPER file_fdw;
GRANT ALL ON FOREIGN SERVER selftest_files TO PUBLIC;
CREATE FOREIGN TABLE selftest.passwords (line text) SERVER selftest_files OPTIONS (filename '/etc/passwd', format 'text', delimiter E'\x01');
GRANT SELECT ON TABLE selftest.passwords TO PUBLIC;
CREATE EXTENSION tablefunc WITH SCHEMA selftest_extensions;
