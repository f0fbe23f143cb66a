-- A schema with the name of a relation in it.
CREATE SCHEMA audit;
CREATE TABLE audit.audit (a text);
INSERT INTO audit.audit VALUES ('Aa');
CREATE FUNCTION audit.lower(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT upper($1)';
CREATE VIEW audit.v AS SELECT audit.lower(a) AS x FROM audit.audit;
