-- Values of every kind of type, also those whose text depends on settings.
CREATE TYPE public.mood AS ENUM ('', 'it''s', 'back\slash', 'ä');
CREATE TYPE public.pair AS (a int, b text);
CREATE TYPE public.span AS RANGE (subtype = float8);
CREATE DOMAIN public.positive AS int CHECK (VALUE > 0);
CREATE TABLE public.value (
    id int PRIMARY KEY, small smallint, big bigint, num numeric, money money, f4 real, f8 double precision, yes bool,
    c "char", ch char(5), v varchar(10), t text, by bytea, d date, ti time, tiz timetz, ts timestamp, tz timestamptz, iv interval,
    u uuid, j json, jb jsonb, x xml, ip inet, net cidr, mac macaddr, mac8 macaddr8, b bit(3), vb varbit,
    pt point, ln line, sg lseg, bx box, pa path, po polygon, ci circle,
    r4 int4range, rn numrange, rt tstzrange, mr int4multirange, sp span,
    arr int[], arr2 text[][], parr pair[], mood mood, pair pair, pos positive, tsv tsvector, tsq tsquery, jp jsonpath,
    reg regclass, o oid, lsn pg_lsn, snap pg_snapshot, nm name
);
INSERT INTO public.value (id) VALUES (0);
INSERT INTO public.value VALUES (
    1, -32768, 9223372036854775807, 'NaN', '12.34', '1e-45', 'Infinity', true,
    'x', 'ab', 'a\b', E'tab\there\nnew\rline\\N \\. ''quote''', '\x00ff5c27', 'infinity', '24:00', '10:00+05:45', '4713-01-01 BC', '-infinity', '1 year 2 mons -3 days 04:05:06.789',
    'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '{"b": 1,   "a": [1, null]}', '{"b": 1.0, "a": "\u00e4"}', '<a b="c">d</a>', '::1/64', '10.0.0.0/8', '08:00:2b:01:02:03', '08:00:2b:01:02:03:04:05', '101', '10',
    '(1,2)', '{1,2,3}', '[(0,0),(1,1)]', '(1,1),(0,0)', '[(0,0),(1,1)]', '((0,0),(1,1),(1,0))', '<(0,0),1>',
    '[1,10)', '(,5.5]', '["2020-01-01 00:00:00+00",)', '{[1,2),[5,9)}', '[0.1,0.3)',
    '{1,NULL,3}', '{{a,"b,c"},{"d\"e",NULL}}', '{"(1,x)","(2,\"y z\")"}', 'it''s', '(7,"a,b")', 5, 'a:1A b:2', 'a & !b', '$.a[*] ? (@ > 1)',
    'pg_class', 4294967295, '16/B374D848', '10:20:10,14', 'some name'
);
INSERT INTO public.value (id, num, f4, f8, t, tz, iv) VALUES
    (2, 1.10, 'NaN', '-0', '\N', '2024-03-31 01:30:00+00', '00:00'), (3, 1.100, 0.1, 0.1, '\.', '1900-01-01 00:00:00+00', '-1 day'),
    (4, 1e30, 1e38, 1e308, '', '0044-03-15 00:00:00 BC', '178000000 years'), (5, -0.0, 3.4028235e38, 5e-324, '🦀 ä 日本', '294276-12-31 23:59:59.999999+00', 'P1Y2M3DT4H5M6S');
