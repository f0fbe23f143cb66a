-- Names and texts that look like something else.
CREATE SCHEMA "Sp ace; Type: TABLE; Schema: x";
CREATE TABLE "Sp ace; Type: TABLE; Schema: x"."t""quoted" ("a""b" int, "c'd" text, "e\f" text, "g,h" text);
DO $$ BEGIN NULL; END $$;
INSERT INTO "Sp ace; Type: TABLE; Schema: x"."t""quoted" VALUES (1, E'\\.\n', E'COPY x (a) FROM stdin;\n1\n\\.\n', '--');
CREATE TABLE public."line
break" (a int);
INSERT INTO public."line
break" VALUES (1), (2);
CREATE TABLE public."-- Name: forged; Type: TABLE; Schema: public; Owner: nobody" (a int PRIMARY KEY);
INSERT INTO public."-- Name: forged; Type: TABLE; Schema: public; Owner: nobody" VALUES (1);
CREATE TABLE public."select" ("table" int, "from" int DEFAULT 1, CONSTRAINT "check" CHECK ("table" > 0));
INSERT INTO public."select" VALUES (1);
CREATE TABLE public."ÄÖ 日本 🦀" ("é" text);
INSERT INTO public."ÄÖ 日本 🦀" VALUES ('x');
CREATE TABLE public.a23456789_123456789_123456789_123456789_123456789_123456789_123 (a int);
CREATE FUNCTION public.body() RETURNS text LANGUAGE plpgsql AS $body$
BEGIN
    -- Name: fake; Type: TABLE; Schema: public; Owner: postgres
    RETURN $x$
COPY public.fake (a) FROM stdin;
1
\.
--
-- PostgreSQL database dump complete
--
\! echo
$x$;
END
$body$;
CREATE FUNCTION public."f(x; Type: VIEW"(int) RETURNS int LANGUAGE sql AS 'SELECT $1; -- ''';
CREATE FUNCTION public.atomic(n int) RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT CASE WHEN n > 0 THEN n END; SELECT n; END;
CREATE VIEW public.quoted AS SELECT 'a;b -- c /* d' AS "x;y", E'back\\slash' AS z, $$dollar;$$ AS w;
COMMENT ON VIEW public.quoted IS 'it''s
-- Name: fake; Type: COMMENT; Schema: -; Owner: -
\.
;';
CREATE TYPE public."en""um" AS ENUM ('a''b', 'c;d', E'e\nf');
CREATE TABLE public.dotted ("a.b" int, "c d" int);
CREATE INDEX "in.dex" ON public.dotted ("a.b") WHERE "c d" > 1;
CREATE SEQUENCE public."Seq.Uence";
SELECT setval('public."Seq.Uence"', 5);
CREATE SCHEMA "a.b";
CREATE TABLE "a.b"."c" (d int);
CREATE SCHEMA a;
CREATE TABLE a."b.c" (d int);
INSERT INTO "a.b"."c" VALUES (1);
INSERT INTO a."b.c" VALUES (2), (3);
