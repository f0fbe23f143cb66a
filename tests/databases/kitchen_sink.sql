-- One database with as many kinds of objects as a dump can hold, for Postgres 15 and newer.
--
-- Run it as a superuser in an empty database. It has no meta-commands, so that `psql -c` takes it too.

SET client_min_messages = error;
SET check_function_bodies = true;

DO $$
DECLARE
    role text;
BEGIN
    FOREACH role IN ARRAY ARRAY['sink_owner', 'sink_reader', 'sink_writer', 'Sink "odd; role', 'sink_other'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) THEN
            EXECUTE format('CREATE ROLE %I', role);
        END IF;
    END LOOP;
END $$;

CREATE SCHEMA sink AUTHORIZATION sink_owner;
CREATE SCHEMA "Odd ""schema""; -- Name: x; Type: TABLE; Schema: -; Owner: nobody" AUTHORIZATION "Sink ""odd; role";
CREATE SCHEMA empty;
COMMENT ON SCHEMA sink IS 'A comment; with -- dashes, ''quotes'', $$dollars$$
and a line
--
-- Name: not_a_heading; Type: TABLE; Schema: sink; Owner: mallory
--

that is no heading';
GRANT USAGE, CREATE ON SCHEMA sink TO sink_writer;
GRANT USAGE ON SCHEMA sink TO PUBLIC;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT ALL ON SCHEMA public TO sink_reader;

SET search_path = sink, pg_catalog;

-- Types ---------------------------------------------------------------------------------------------------------------------

CREATE TYPE mood AS ENUM ('sad', 'ok', 'it''s; fine', 'happy');
ALTER TYPE mood ADD VALUE 'so-so' AFTER 'sad';
CREATE TYPE nothing AS ENUM ();
CREATE TYPE pair AS (first integer, second text COLLATE "C");
COMMENT ON COLUMN pair.second IS 'of a composite';
CREATE TYPE shell;
CREATE DOMAIN positive AS integer DEFAULT 1 NOT NULL CONSTRAINT above_zero CHECK (VALUE > 0);
ALTER DOMAIN positive ADD CONSTRAINT below CHECK (VALUE < 1000000) NOT VALID;
COMMENT ON CONSTRAINT above_zero ON DOMAIN positive IS 'of a domain';
CREATE DOMAIN shouting AS text COLLATE "C" CHECK (VALUE = upper(VALUE));
CREATE DOMAIN pairs AS pair[] CHECK (array_length(VALUE, 1) < 5);
CREATE TYPE floats AS RANGE (subtype = double precision, subtype_diff = float8mi, multirange_type_name = many_floats);
ALTER TYPE mood OWNER TO sink_owner;
GRANT USAGE ON TYPE mood TO sink_reader;
REVOKE USAGE ON TYPE pair FROM PUBLIC;
CREATE TYPE textual;
CREATE FUNCTION textual_in(cstring) RETURNS textual LANGUAGE internal IMMUTABLE STRICT AS 'textin';
CREATE FUNCTION textual_out(textual) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'textout';
CREATE TYPE textual (INPUT = textual_in, OUTPUT = textual_out, LIKE = text, CATEGORY = 'U', STORAGE = external);

-- Functions -----------------------------------------------------------------------------------------------------------------

CREATE FUNCTION plain_sql(a integer, b integer DEFAULT 2) RETURNS integer LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS 'SELECT a + b; -- a comment; with a semicolon';
CREATE FUNCTION plain_sql(text) RETURNS text LANGUAGE sql AS $_$ SELECT $1 || ';' $_$;
CREATE FUNCTION atomic(a integer) RETURNS integer LANGUAGE sql
    BEGIN ATOMIC
        SELECT CASE WHEN a > 0 THEN 1 ELSE 2 END;
        SELECT CASE a WHEN 1 THEN CASE WHEN true THEN 3 END END;
    END;
CREATE FUNCTION returning_now(a integer) RETURNS integer LANGUAGE sql RETURN a * 2;
CREATE FUNCTION misleading() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = sink, pg_temp SET work_mem = '8MB' COST 7 AS $body$
BEGIN
    -- What follows looks like pieces of a dump, and is none.
    PERFORM 'text'; /*
--
-- Name: trap; Type: TABLE; Schema: sink; Owner: mallory
--

CREATE TABLE trap (a integer);
ALTER TABLE trap OWNER TO mallory;
COPY trap (a) FROM stdin;
1
\.
\! id
\connect elsewhere

--
-- PostgreSQL database dump complete
--

*/ END $body$;
CREATE FUNCTION nested_quotes() RETURNS text LANGUAGE plpgsql AS $_$ BEGIN RETURN $$ ; $a$ ; $$ || $a$ $$ ; $a$; END $_$;
CREATE FUNCTION several(OUT a integer, OUT b text, INOUT c numeric, VARIADIC d text[] DEFAULT '{x,"y;z"}') RETURNS record
    LANGUAGE plpgsql AS 'BEGIN a := 1; b := d[1]; END';
CREATE FUNCTION tabular(x integer) RETURNS TABLE (n integer, t text) LANGUAGE sql ROWS 10 LEAKPROOF STABLE AS 'SELECT x, ''t''';
CREATE FUNCTION setof_pair() RETURNS SETOF pair LANGUAGE sql AS 'SELECT 1, ''x''';
CREATE FUNCTION carriage() RETURNS text LANGUAGE sql AS E' SELECT ''a\r\nb''::text;\r\n ';
CREATE PROCEDURE tidy(INOUT a integer) LANGUAGE plpgsql AS 'BEGIN a := a + 1; COMMIT; END';
CREATE PROCEDURE tidy_atomic(a integer) LANGUAGE sql BEGIN ATOMIC SELECT a; END;
CREATE FUNCTION add_up(numeric, numeric) RETURNS numeric LANGUAGE sql IMMUTABLE AS 'SELECT $1 + $2';
CREATE AGGREGATE total(numeric) (SFUNC = add_up, STYPE = numeric, INITCOND = '0', COMBINEFUNC = add_up, PARALLEL = safe);
CREATE AGGREGATE middle(double precision ORDER BY anyelement)
    (SFUNC = ordered_set_transition, STYPE = internal, FINALFUNC = percentile_disc_final, FINALFUNC_EXTRA);
COMMENT ON FUNCTION atomic(integer) IS E'tab\there, backslash \\ and ünïcödé ☃';
COMMENT ON AGGREGATE total(numeric) IS 'sum';
COMMENT ON PROCEDURE tidy(integer) IS 'a procedure';
REVOKE ALL ON FUNCTION misleading() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION misleading() TO sink_reader WITH GRANT OPTION;
ALTER FUNCTION misleading() OWNER TO sink_owner;
ALTER PROCEDURE tidy(integer) OWNER TO sink_owner;
ALTER AGGREGATE total(numeric) OWNER TO sink_owner;

-- Operators, casts, text search, collations, conversions, languages, transforms ----------------------------------------------

CREATE FUNCTION pair_less(pair, pair) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT ($1).first < ($2).first';
CREATE FUNCTION pair_compare(pair, pair) RETURNS integer LANGUAGE sql IMMUTABLE
    AS 'SELECT pg_catalog.btint4cmp(($1).first, ($2).first)';
CREATE OPERATOR <<< (LEFTARG = pair, RIGHTARG = pair, FUNCTION = pair_less, RESTRICT = scalarltsel, JOIN = scalarltjoinsel);
COMMENT ON OPERATOR <<< (pair, pair) IS 'less; by the first';
CREATE OPERATOR FAMILY pair_family USING btree;
CREATE OPERATOR CLASS pair_class FOR TYPE pair USING btree FAMILY pair_family AS OPERATOR 1 <<<, FUNCTION 1 pair_compare(pair, pair);
CREATE FUNCTION pair_text(pair) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT ($1).first::text';
CREATE CAST (pair AS text) WITH FUNCTION pair_text(pair) AS ASSIGNMENT;
CREATE CAST (mood AS shouting) WITH INOUT;
COMMENT ON CAST (pair AS text) IS 'a cast';
CREATE TEXT SEARCH DICTIONARY stems (TEMPLATE = snowball, language = english, stopwords = english);
CREATE TEXT SEARCH CONFIGURATION search (COPY = english);
ALTER TEXT SEARCH CONFIGURATION search ALTER MAPPING FOR asciiword WITH stems, simple;
CREATE TEXT SEARCH TEMPLATE shape (LEXIZE = dsimple_lexize, INIT = dsimple_init);
CREATE TEXT SEARCH PARSER words (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype);
CREATE COLLATION plain FROM "C";
CREATE COLLATION libc_one (LOCALE = 'C', PROVIDER = libc);
COMMENT ON COLLATION plain IS 'bytes';
CREATE CONVERSION odd_conversion FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
CREATE ACCESS METHOD heap_too TYPE TABLE HANDLER heap_tableam_handler;
COMMENT ON ACCESS METHOD heap_too IS 'the same again';

-- Tables --------------------------------------------------------------------------------------------------------------------

CREATE TABLE person (
    id integer GENERATED ALWAYS AS IDENTITY (START WITH 10 INCREMENT BY 5) PRIMARY KEY,
    name text NOT NULL COLLATE "C",
    email text UNIQUE DEFERRABLE INITIALLY DEFERRED,
    feeling mood DEFAULT 'ok',
    age positive,
    born date DEFAULT '2000-01-01'::date,
    seen timestamp with time zone DEFAULT now(),
    couple pair,
    tags text[] DEFAULT '{}'::text[],
    doubled integer GENERATED ALWAYS AS (plain_sql(1, 2) * 2) STORED,
    lowered text GENERATED ALWAYS AS (lower(name)) STORED,
    unused integer,
    CONSTRAINT person_named CHECK (name <> ''),
    CONSTRAINT person_adult CHECK (age > 0) NO INHERIT
) WITH (fillfactor = 70, autovacuum_enabled = false);
ALTER TABLE person DROP COLUMN unused;
ALTER TABLE person ALTER COLUMN name SET STATISTICS 500, ALTER COLUMN tags SET STORAGE external,
    ALTER COLUMN email SET (n_distinct = -0.5);
ALTER TABLE person REPLICA IDENTITY FULL;
ALTER TABLE person OWNER TO sink_owner;
COMMENT ON TABLE person IS 'people; all of them';
COMMENT ON COLUMN person.name IS 'what they are called';
COMMENT ON CONSTRAINT person_named ON person IS 'everybody has a name';
GRANT SELECT ON person TO sink_reader, PUBLIC;
GRANT INSERT, UPDATE ON person TO sink_writer WITH GRANT OPTION;
GRANT SELECT (name, born), UPDATE (name) ON person TO sink_other;
INSERT INTO person (name, email, feeling, age, seen, couple, tags)
    SELECT 'person ' || n, CASE WHEN n % 3 = 0 THEN NULL ELSE 'p' || n || '@example.org' END,
        (ARRAY['sad', 'ok', 'it''s; fine', 'happy'])[1 + n % 4]::mood, 1 + n, timestamptz '2024-01-01 12:00:00.123456+00' + n * interval '1 hour',
        ROW(n, E'a\tb\\c\nd"')::pair, ARRAY['x', E'y\\,"z', NULL, 'ünï☃']
    FROM generate_series(1, 60) AS n;

CREATE TABLE "Odd ""table""; drop" (
    "select" integer,
    "a b" text,
    "new
line" text,
    "ünïcödé" text DEFAULT 'COPY x FROM stdin;',
    "--" text,
    "Zed, (paren" text
);
COMMENT ON COLUMN "Odd ""table""; drop"."new
line" IS 'the column''s name has a line feed';
INSERT INTO "Odd ""table""; drop" VALUES
    (1, E'\\.', E'line\nfeed', E'tab\ttab', E'\b\f\v\r', ''),
    (2, NULL, '\N', '\\N', E'--\n-- Name: x; Type: TABLE; Schema: -; Owner: -\n--', ' '),
    (3, 'COPY t FROM stdin;', '$$', '''', '"', repeat('long ', 30000));
CREATE TABLE "Odd ""schema""; -- Name: x; Type: TABLE; Schema: -; Owner: nobody"."x; Type: y" (a integer);
CREATE TABLE "two
lines" (a integer);
INSERT INTO "two
lines" VALUES (1), (1), (2);

CREATE TABLE no_columns ();
INSERT INTO no_columns DEFAULT VALUES;
INSERT INTO no_columns DEFAULT VALUES;
CREATE TABLE no_rows (a integer, b text);
CREATE UNLOGGED TABLE unlogged (a integer);
INSERT INTO unlogged VALUES (1);
CREATE TABLE other_heap (a integer, b text) USING heap_too;
INSERT INTO other_heap VALUES (1, 'x');
CREATE TABLE typed OF pair (first WITH OPTIONS DEFAULT 3, PRIMARY KEY (first));
INSERT INTO typed VALUES (1, 'one');
CREATE TABLE only_generated (a integer GENERATED ALWAYS AS (1) STORED);
INSERT INTO only_generated DEFAULT VALUES;

CREATE TABLE parent (a integer NOT NULL, b text DEFAULT 'p');
CREATE TABLE parent_two (z text, a integer);
CREATE TABLE child (own text, CONSTRAINT child_a CHECK (a > -1)) INHERITS (parent, parent_two);
CREATE TABLE grandchild (more boolean) INHERITS (child);
ALTER TABLE parent ADD COLUMN added integer DEFAULT 7;
ALTER TABLE child ALTER COLUMN b SET DEFAULT 'c';
ALTER TABLE parent ADD CONSTRAINT parent_b CHECK (b <> 'never');
INSERT INTO parent VALUES (1, 'one', 11);
INSERT INTO child (a, b, z, own, added) VALUES (2, 'two', 'zet', 'mine', 22), (3, 'three', NULL, '', 33);
INSERT INTO grandchild (a, b, z, own, added, more) VALUES (4, 'four', 'z4', 'o4', 44, true);

CREATE TABLE measure (city integer NOT NULL, at date NOT NULL, peak integer, note text) PARTITION BY RANGE (at);
CREATE TABLE measure_2023 PARTITION OF measure FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
CREATE TABLE measure_2024 (note text, extra_gone integer, peak integer, city integer NOT NULL, at date NOT NULL);
ALTER TABLE measure_2024 DROP COLUMN extra_gone;
ALTER TABLE measure ATTACH PARTITION measure_2024 FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE measure_rest PARTITION OF measure DEFAULT PARTITION BY HASH (city);
CREATE TABLE measure_rest_0 PARTITION OF measure_rest FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE measure_rest_1 PARTITION OF measure_rest FOR VALUES WITH (MODULUS 2, REMAINDER 1) USING heap_too;
ALTER TABLE measure ADD PRIMARY KEY (city, at);
CREATE INDEX measure_peak ON measure (peak) WHERE peak IS NOT NULL;
CREATE INDEX measure_only ON ONLY measure (note);
CREATE INDEX measure_2024_only ON measure_2024 (note);
ALTER INDEX measure_only ATTACH PARTITION measure_2024_only;
INSERT INTO measure SELECT n % 7, date '2022-12-25' + n, n, 'note ' || n FROM generate_series(1, 800) AS n;
CREATE TABLE by_list (kind text, v integer) PARTITION BY LIST (kind);
CREATE TABLE by_list_a PARTITION OF by_list FOR VALUES IN ('a', 'A;', NULL);
INSERT INTO by_list VALUES ('a', 1), (NULL, 2);

CREATE TABLE booking (
    id bigserial PRIMARY KEY,
    room integer NOT NULL,
    during tstzrange NOT NULL,
    person integer REFERENCES person ON DELETE CASCADE ON UPDATE SET NULL,
    EXCLUDE USING gist (during WITH &&) WHERE (room = 1)
);
INSERT INTO booking (room, during, person) VALUES (1, '[2024-01-01 10:00+00,2024-01-01 11:00+00)', 15), (2, 'empty', 20), (2, '(,)', NULL);
ALTER TABLE booking ADD CONSTRAINT booking_room CHECK (room < 100) NOT VALID;
ALTER TABLE booking ADD CONSTRAINT booking_self FOREIGN KEY (person) REFERENCES person DEFERRABLE INITIALLY DEFERRED NOT VALID;

CREATE TABLE every_type (
    id serial PRIMARY KEY, b boolean, c "char", n name, t text, vc varchar(10), bp char(5), i2 smallint, i8 bigint, f4 real, f8 double precision,
    num numeric, num2 numeric(10, 3), m money, d date, ti time, tz time with time zone, ts timestamp(3), tstz timestamptz, iv interval,
    ba bytea, u uuid, j json, jb jsonb, jp jsonpath, bi bit(3), vb varbit, pt point, ln line, ls lseg, bx box, pa path, po polygon, ci circle,
    ip inet, cd cidr, ma macaddr, ma8 macaddr8, tv tsvector, tq tsquery, ir int4range, mr int8multirange, fr floats, o oid, rc regclass, lsn pg_lsn,
    snap pg_snapshot, ai integer[][], ap pair[], dm positive, dp pairs, tx textual, en mood
);
INSERT INTO every_type VALUES (1, true, 'x', 'name', E'a\nb', 'vc', 'bp', -1, 9223372036854775807, 1.5, 'NaN',
    '-Infinity', 1.500, 12.34, '4713-01-01 BC', '23:59:59.999999', '12:00+05:30', '2024-02-29 00:00', 'infinity', '-1 mons +2 days -03:00:00',
    '\x00ff5c0a', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '{"a": [1, 2.0, "\n"]}', '{"b": null}', '$.a[*] ? (@ > 1)', B'101', B'1',
    '(1,2)', '{1,2,3}', '[(0,0),(1,1)]', '(1,1),(0,0)', '((0,0),(1,1))', '((0,0),(1,1),(1,0))', '<(0,0),1>',
    '10.0.0.1/8', '10.0.0.0/8', '08:00:2b:01:02:03', '08:00:2b:01:02:03:04:05', 'a fat cat', 'fat & cat', '[1,5)', '{[1,3),[5,7)}', '[1.5,2.5)',
    4711, 'pg_class', '16/B374D848', '10:20:10,14,15', '{{1,2},{3,4}}', ARRAY[ROW(1, 'x')::pair], 5, ARRAY[ROW(2, 'y')::pair], 'tx', 'happy');
INSERT INTO every_type (id) VALUES (2);

-- Indexes, statistics, clustering ------------------------------------------------------------------------------------------

CREATE INDEX person_lower ON person (lower(name) text_pattern_ops, born DESC NULLS LAST) INCLUDE (email) WITH (fillfactor = 80) WHERE name <> ';';
CREATE UNIQUE INDEX person_unique ON person (name, born) NULLS NOT DISTINCT;
CREATE INDEX person_tags ON person USING gin (tags);
CREATE INDEX person_brin ON person USING brin (id) WITH (pages_per_range = 4);
CREATE INDEX person_hash ON person USING hash (name);
CREATE INDEX "Odd; index" ON person ((name || ';'));
ALTER INDEX person_lower ALTER COLUMN 1 SET STATISTICS 300;
COMMENT ON INDEX person_lower IS 'an index';
ALTER TABLE person CLUSTER ON person_unique;
CREATE TABLE identified (a integer NOT NULL, b integer);
CREATE UNIQUE INDEX identified_a ON identified (a);
ALTER TABLE identified REPLICA IDENTITY USING INDEX identified_a;
CREATE STATISTICS person_stats (dependencies, ndistinct) ON name, born FROM person;
CREATE STATISTICS person_expression ON lower(name), (age * 2) FROM person;
ALTER STATISTICS person_stats SET STATISTICS 200;
COMMENT ON STATISTICS person_stats IS 'statistics';

-- Views, rules, triggers, policies -------------------------------------------------------------------------------------------

CREATE VIEW adults WITH (security_barrier = true) AS SELECT id, name FROM person WHERE age > 17 WITH LOCAL CHECK OPTION;
ALTER VIEW adults ALTER COLUMN name SET DEFAULT 'nobody';
ALTER VIEW adults OWNER TO sink_owner;
GRANT SELECT ON adults TO sink_reader;
COMMENT ON VIEW adults IS 'a view';
COMMENT ON COLUMN adults.name IS 'a column of a view';
CREATE RECURSIVE VIEW counting (n) AS VALUES (1) UNION ALL SELECT n + 1 FROM counting WHERE n < 5;
CREATE VIEW circle_a AS SELECT 1 AS id;
CREATE VIEW circle_b AS SELECT id FROM circle_a;
CREATE VIEW grouped AS SELECT id, name, count(*) FROM person GROUP BY id;
CREATE MATERIALIZED VIEW summary AS SELECT feeling, count(*) AS people FROM person GROUP BY feeling;
CREATE UNIQUE INDEX summary_feeling ON summary (feeling);
CREATE MATERIALIZED VIEW unpopulated AS SELECT a FROM parent WITH NO DATA;
CREATE MATERIALIZED VIEW summary_too USING heap_too AS SELECT sum(people) AS all_people FROM summary;
COMMENT ON MATERIALIZED VIEW summary IS 'a materialized view';
CREATE RULE keep AS ON DELETE TO booking WHERE old.id = 0 DO INSTEAD NOTHING;
CREATE RULE twice AS ON UPDATE TO no_rows DO ALSO (INSERT INTO unlogged VALUES (1); DELETE FROM unlogged WHERE a = 0);
COMMENT ON RULE keep ON booking IS 'a rule';
ALTER TABLE booking DISABLE RULE keep;

CREATE FUNCTION fired() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER enabled BEFORE INSERT OR UPDATE OF name ON person FOR EACH ROW WHEN (new.name <> ';') EXECUTE FUNCTION fired('arg;', 'it''s');
CREATE TRIGGER disabled AFTER INSERT ON person FOR EACH STATEMENT EXECUTE FUNCTION fired();
ALTER TABLE person DISABLE TRIGGER disabled;
CREATE TRIGGER replica AFTER DELETE ON person FOR EACH ROW EXECUTE FUNCTION fired();
ALTER TABLE person ENABLE REPLICA TRIGGER replica;
CREATE TRIGGER always AFTER UPDATE ON person REFERENCING OLD TABLE AS gone NEW TABLE AS come FOR EACH STATEMENT EXECUTE FUNCTION fired();
ALTER TABLE person ENABLE ALWAYS TRIGGER always;
CREATE CONSTRAINT TRIGGER checked AFTER INSERT ON booking DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION fired();
CREATE TRIGGER on_partitions AFTER INSERT ON measure FOR EACH ROW EXECUTE FUNCTION fired();
ALTER TABLE measure_2023 DISABLE TRIGGER on_partitions;
CREATE TRIGGER on_view INSTEAD OF INSERT ON adults FOR EACH ROW EXECUTE FUNCTION fired();
COMMENT ON TRIGGER enabled ON person IS 'a trigger';

ALTER TABLE person ENABLE ROW LEVEL SECURITY;
ALTER TABLE booking ENABLE ROW LEVEL SECURITY;
ALTER TABLE booking FORCE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON person FOR SELECT TO sink_reader, sink_other USING (name = CURRENT_USER);
CREATE POLICY writers ON person AS RESTRICTIVE FOR UPDATE TO sink_writer USING (age > 1) WITH CHECK (name <> 'TO nobody;');
CREATE POLICY everybody ON booking USING (true);
COMMENT ON POLICY own_rows ON person IS 'a policy';

-- Sequences -------------------------------------------------------------------------------------------------------------------

CREATE SEQUENCE up AS smallint INCREMENT BY 3 MINVALUE 2 MAXVALUE 1000 START WITH 5 CACHE 10 CYCLE;
CREATE SEQUENCE down INCREMENT BY -2 MINVALUE -1000 MAXVALUE -1 START WITH -1;
CREATE SEQUENCE untouched;
CREATE UNLOGGED SEQUENCE unlogged_sequence;
CREATE SEQUENCE "Odd; sequence" OWNED BY no_rows.a;
CREATE TABLE descending (id integer GENERATED BY DEFAULT AS IDENTITY (INCREMENT BY -1), v text);
INSERT INTO descending (v) VALUES ('a'), ('b'), ('c');
SELECT nextval('up'), nextval('up'), nextval('down'), setval('"Odd; sequence"', 42, false);
GRANT USAGE ON SEQUENCE up TO sink_writer;
COMMENT ON SEQUENCE down IS 'downwards';
ALTER SEQUENCE up OWNER TO sink_owner;

-- Foreign data, publications, event triggers, defaults -----------------------------------------------------------------------

CREATE FOREIGN DATA WRAPPER far OPTIONS (debug 'true; false');
CREATE SERVER elsewhere TYPE 'any' VERSION '1' FOREIGN DATA WRAPPER far OPTIONS (host 'nowhere; -- at all');
CREATE USER MAPPING FOR sink_reader SERVER elsewhere OPTIONS (password 'p;w');
CREATE USER MAPPING FOR PUBLIC SERVER elsewhere;
CREATE FOREIGN TABLE far_table (a integer OPTIONS (column_name 'A') NOT NULL, b text DEFAULT 'x') SERVER elsewhere OPTIONS (name 'x;y');
COMMENT ON SERVER elsewhere IS 'a server';
COMMENT ON FOREIGN TABLE far_table IS 'far';
GRANT USAGE ON FOREIGN SERVER elsewhere TO sink_reader;
GRANT USAGE ON FOREIGN DATA WRAPPER far TO sink_writer;
ALTER SERVER elsewhere OWNER TO postgres;
CREATE PUBLICATION of_all FOR ALL TABLES WITH (publish = 'insert, delete');
CREATE PUBLICATION of_some FOR TABLE person (id, name) WHERE (id > 10), parent;
CREATE PUBLICATION of_schemas FOR TABLE no_rows, TABLES IN SCHEMA empty WITH (publish_via_partition_root = true);
COMMENT ON PUBLICATION of_some IS 'a publication';
CREATE FUNCTION watch() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN NULL; END';
CREATE EVENT TRIGGER watching ON ddl_command_end WHEN TAG IN ('CREATE TABLE', 'DROP TABLE') EXECUTE FUNCTION watch();
CREATE EVENT TRIGGER dozing ON sql_drop EXECUTE FUNCTION watch();
ALTER EVENT TRIGGER dozing DISABLE;
COMMENT ON EVENT TRIGGER watching IS 'an event trigger';
ALTER DEFAULT PRIVILEGES FOR ROLE sink_owner IN SCHEMA sink GRANT SELECT ON TABLES TO sink_reader;
ALTER DEFAULT PRIVILEGES FOR ROLE sink_owner GRANT EXECUTE ON FUNCTIONS TO sink_writer;
ALTER DEFAULT PRIVILEGES FOR ROLE sink_owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE sink_writer GRANT ALL ON SCHEMAS TO "Sink ""odd; role";

-- Grants in orders that are not the usual one ----------------------------------------------------------------------------------

CREATE TABLE granted (a integer, b integer);
REVOKE ALL ON granted FROM postgres;
GRANT SELECT ON granted TO sink_writer;
GRANT SELECT, UPDATE ON granted TO sink_reader WITH GRANT OPTION;
SET ROLE sink_reader;
GRANT SELECT ON sink.granted TO sink_other;
RESET ROLE;
GRANT SELECT ON granted TO postgres;
GRANT TRIGGER ON granted TO sink_writer;

-- Large objects ---------------------------------------------------------------------------------------------------------------

SELECT lo_from_bytea(900001, 'a small one');
SELECT lo_from_bytea(900002, ''::bytea);
SELECT lo_from_bytea(900003, decode(repeat('00ff5c27', 20000), 'hex'));
SELECT lo_from_bytea(900004, convert_to(repeat('0123456789abcdef', 1024), 'UTF8'));
GRANT SELECT ON LARGE OBJECT 900001 TO sink_reader;
COMMENT ON LARGE OBJECT 900002 IS 'empty; of course';
ALTER LARGE OBJECT 900003 OWNER TO sink_owner;

-- Extensions, where the installation has them, and what newer versions know -------------------------------------------------------

DO $$
DECLARE
    extension text;
BEGIN
    FOREACH extension IN ARRAY ARRAY['hstore', 'citext', 'pg_trgm', 'btree_gist'] LOOP
        IF EXISTS (SELECT FROM pg_available_extensions WHERE name = extension) THEN
            EXECUTE format('CREATE EXTENSION %I SCHEMA public', extension);
        END IF;
    END LOOP;
    BEGIN
        EXECUTE 'CREATE TABLE markup AS SELECT ''<a>x&amp;y</a>''::xml AS x';
    EXCEPTION WHEN feature_not_supported THEN
        NULL; -- This Postgres is built without libxml.
    END;
    IF current_setting('server_version_num')::int >= 160000 THEN
        EXECUTE 'ALTER TABLE person ALTER COLUMN email SET STORAGE main, ALTER COLUMN tags SET COMPRESSION pglz';
    END IF;
    IF current_setting('server_version_num')::int >= 170000 THEN
        EXECUTE 'GRANT MAINTAIN ON person TO sink_writer';
    END IF;
    IF current_setting('server_version_num')::int >= 180000 THEN
        EXECUTE 'CREATE TABLE virtual (a integer, b integer GENERATED ALWAYS AS (a * 2) VIRTUAL)';
        EXECUTE 'INSERT INTO virtual VALUES (1)';
        EXECUTE 'ALTER TABLE virtual ADD CHECK (a > 0) NOT ENFORCED';
        EXECUTE 'ALTER TABLE virtual ADD CONSTRAINT a_there NOT NULL a NOT VALID';
        EXECUTE 'CREATE TABLE spans (id int4range, valid daterange, PRIMARY KEY (id, valid WITHOUT OVERLAPS))';
        EXECUTE 'ALTER DEFAULT PRIVILEGES FOR ROLE sink_owner GRANT SELECT ON LARGE OBJECTS TO sink_reader';
    END IF;
    EXECUTE format('COMMENT ON DATABASE %I IS ''the sink; of a kitchen''', current_database());
    EXECUTE format('ALTER DATABASE %I SET work_mem = ''5MB''', current_database());
    EXECUTE format('GRANT CREATE ON DATABASE %I TO sink_writer', current_database());
    EXECUTE format('ALTER ROLE sink_reader IN DATABASE %I SET statement_timeout = ''1min''', current_database());
END $$;
