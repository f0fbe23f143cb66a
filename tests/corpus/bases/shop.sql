-- database: ENCODING 'UTF8' LOCALE 'C.UTF-8'
-- A small shop with one of everything that a dump can hold and that can drift.
DO $$ BEGIN
    -- Roles belong to the whole server, and several bases name the same ones.
    CREATE ROLE shop_owner; CREATE ROLE clerk; CREATE ROLE auditor;
EXCEPTION WHEN duplicate_object THEN NULL; END $$;

CREATE EXTENSION pg_trgm;
CREATE SCHEMA shop AUTHORIZATION shop_owner;
COMMENT ON SCHEMA shop IS 'what is sold';
GRANT USAGE ON SCHEMA shop TO clerk, auditor;
SET ROLE shop_owner;

CREATE TYPE shop.status AS ENUM ('draft', 'open', 'paid', 'closed');
CREATE TYPE shop.address AS (street text, city text, zip text);
CREATE DOMAIN shop.email AS text CONSTRAINT email_has_at CHECK (VALUE LIKE '%@%');
CREATE COLLATION shop.plain (provider = libc, locale = 'C');
CREATE SEQUENCE shop.ticket INCREMENT 10 MINVALUE 10 MAXVALUE 100000 START 10 CACHE 1;
SELECT setval('shop.ticket', 4200);

CREATE TABLE shop.customer (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    mail shop.email NOT NULL,
    home shop.address,
    name varchar(80) COLLATE shop.plain NOT NULL,
    note text,
    since timestamptz NOT NULL DEFAULT '2020-01-01 00:00:00+00'
);
CREATE UNIQUE INDEX customer_mail ON shop.customer (lower(mail));
CREATE INDEX customer_name ON shop.customer (name);
CREATE INDEX customer_note ON shop.customer USING gin (note public.gin_trgm_ops);
INSERT INTO shop.customer (mail, home, name, note, since)
SELECT format('c%s@example.org', n), ROW('Lane ' || n, 'Town', lpad(n::text, 5, '0'))::shop.address, 'Customer ' || n,
    CASE n % 4 WHEN 0 THEN NULL WHEN 1 THEN '' WHEN 2 THEN 'padded   ' ELSE 'note canary-cell-' || n END,
    timestamptz '2021-03-01 08:00:00+00' + n * interval '1 hour'
FROM generate_series(1, 40) n;

CREATE TABLE shop.orders (
    id bigserial PRIMARY KEY,
    customer int NOT NULL,
    status shop.status NOT NULL DEFAULT 'draft',
    total numeric(12, 2) NOT NULL DEFAULT 0,
    tax numeric(12, 2) GENERATED ALWAYS AS (total * 0.19) STORED,
    placed timestamptz NOT NULL,
    CONSTRAINT orders_total_check CHECK (total >= 0),
    CONSTRAINT orders_customer_fkey FOREIGN KEY (customer) REFERENCES shop.customer (id) ON DELETE RESTRICT
) WITH (fillfactor = 80);
CREATE INDEX orders_placed ON shop.orders (placed);
CREATE INDEX orders_open ON shop.orders (customer) WHERE status <> 'closed';
CREATE STATISTICS shop.orders_stats (dependencies) ON customer, status FROM shop.orders;
COMMENT ON TABLE shop.orders IS 'what was ordered';
COMMENT ON COLUMN shop.orders.total IS 'before tax';
INSERT INTO shop.orders (customer, status, total, placed)
SELECT 1 + n % 40, (ARRAY['draft', 'open', 'paid', 'closed'])[1 + n % 4]::shop.status, n * 1.10, timestamptz '2022-01-01 00:00:00+00' + n * interval '1 day'
FROM generate_series(1, 200) n;

CREATE TABLE shop.line (
    orders bigint NOT NULL REFERENCES shop.orders ON DELETE CASCADE,
    pos int NOT NULL,
    sku text NOT NULL,
    amount numeric NOT NULL,
    PRIMARY KEY (orders, pos),
    CONSTRAINT line_no_overlap UNIQUE (orders, sku)
);
INSERT INTO shop.line SELECT 1 + n / 2, n % 2, 'sku-' || n, n + 0.50 FROM generate_series(0, 299) n;

CREATE TABLE shop.visit (at date NOT NULL, who int, page text) PARTITION BY RANGE (at);
CREATE TABLE shop.visit_2023 PARTITION OF shop.visit FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
CREATE TABLE shop.visit_2024 PARTITION OF shop.visit FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE INDEX visit_who ON shop.visit (who);
INSERT INTO shop.visit SELECT date '2023-10-01' + n, n, '/p/' || n FROM generate_series(1, 200) n;

CREATE TABLE shop.secret (owner name NOT NULL, body text);
ALTER TABLE shop.secret ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_only ON shop.secret FOR SELECT TO clerk USING (owner = CURRENT_USER);
INSERT INTO shop.secret SELECT 'clerk', 'canary-secret-' || n FROM generate_series(1, 10) n;

CREATE TABLE shop.log (id int PRIMARY KEY, what text);
CREATE RULE log_is_kept AS ON DELETE TO shop.log DO INSTEAD NOTHING;
INSERT INTO shop.log SELECT n, 'event ' || n FROM generate_series(1, 20) n;

CREATE FUNCTION shop.gross(net numeric) RETURNS numeric LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT net * 1.19';
CREATE FUNCTION shop.reveal() RETURNS SETOF shop.secret LANGUAGE sql STABLE SECURITY DEFINER SET search_path = shop AS 'SELECT * FROM shop.secret';
CREATE FUNCTION shop.touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.note := trim(NEW.note); RETURN NEW; END';
CREATE PROCEDURE shop.settle(what bigint) LANGUAGE sql AS 'UPDATE shop.orders SET status = ''paid'' WHERE id = what';
CREATE AGGREGATE shop.product(numeric) (sfunc = numeric_mul, stype = numeric, initcond = '1');
CREATE TRIGGER customer_touch BEFORE UPDATE ON shop.customer FOR EACH ROW EXECUTE FUNCTION shop.touch();
CREATE VIEW shop.open_orders AS SELECT id, customer, total FROM shop.orders WHERE status = 'open';
CREATE VIEW shop.safe_customers WITH (security_barrier) AS SELECT id, name FROM shop.customer;
CREATE MATERIALIZED VIEW shop.turnover AS SELECT customer, sum(total) AS total FROM shop.orders GROUP BY customer;
CREATE UNIQUE INDEX turnover_customer ON shop.turnover (customer);

GRANT SELECT, INSERT ON shop.orders TO clerk;
GRANT SELECT (id, name) ON shop.customer TO clerk;
GRANT SELECT ON shop.secret TO clerk;
GRANT SELECT ON ALL TABLES IN SCHEMA shop TO auditor;
REVOKE EXECUTE ON FUNCTION shop.reveal() FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE shop_owner IN SCHEMA shop GRANT SELECT ON TABLES TO auditor;
RESET ROLE;

CREATE PUBLICATION shop_feed FOR TABLE shop.orders WITH (publish = 'insert, update');
SELECT lo_from_bytea(4711, 'the first large object');
SELECT lo_from_bytea(4712, convert_to(repeat('large ', 2000), 'UTF8'));
