-- What every version of Postgres can hold without a package of its own.
DO $$ BEGIN
    CREATE ROLE shop_owner; CREATE ROLE clerk; CREATE ROLE auditor;
EXCEPTION WHEN duplicate_object THEN NULL; END $$;
CREATE SCHEMA app AUTHORIZATION shop_owner;
SET ROLE shop_owner;
CREATE TABLE app.person (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL,
    length int GENERATED ALWAYS AS (length(name)) STORED,
    CONSTRAINT person_name_check CHECK (name <> '')
);
INSERT INTO app.person (name) SELECT 'person ' || n FROM generate_series(1, 100) n;
CREATE TABLE app.entry (at date NOT NULL, what jsonb) PARTITION BY RANGE (at);
CREATE TABLE app.entry_2025 PARTITION OF app.entry FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
INSERT INTO app.entry SELECT date '2025-06-01' + n, jsonb_build_object('n', n) FROM generate_series(1, 50) n;
CREATE MATERIALIZED VIEW app.tally AS SELECT count(*) FROM app.person;
CREATE FUNCTION app.twice(n int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT n * 2';
GRANT SELECT ON app.person TO clerk;
RESET ROLE;
SELECT lo_from_bytea(4711, 'a large object');
