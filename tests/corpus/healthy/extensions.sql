-- what: an extension whose configuration tables are dumped
-- base: empty
CREATE EXTENSION citext;
CREATE EXTENSION hstore;
CREATE EXTENSION ltree;
CREATE EXTENSION btree_gist;
CREATE TABLE public.t (a citext, b hstore, c ltree, EXCLUDE USING gist (c WITH =));
INSERT INTO public.t VALUES ('Abc', 'a=>1', 'a.b.c');
