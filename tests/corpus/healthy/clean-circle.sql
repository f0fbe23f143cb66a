-- what: what --clean --if-exists cannot drop softly: a view of a circle, a domain's constraint, an operator class
-- base: plain
-- pg_dump: --clean --if-exists
CREATE SCHEMA odd;
CREATE TABLE odd.t (id int PRIMARY KEY, name text);
CREATE VIEW odd.grouped AS SELECT id, name, count(*) AS n FROM odd.t GROUP BY id;
CREATE MATERIALIZED VIEW odd.kept AS SELECT * FROM odd.grouped;
CREATE DOMAIN odd.d AS int;
ALTER DOMAIN odd.d ADD CONSTRAINT later CHECK (VALUE > 0) NOT VALID;
CREATE ACCESS METHOD b2 TYPE INDEX HANDLER bthandler;
CREATE OPERATOR CLASS odd.ops DEFAULT FOR TYPE int4 USING b2 AS OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 btint4cmp(int4, int4);
