-- what: a server that takes backslashes in strings for escapes
-- env: PGOPTIONS=-c standard_conforming_strings=off
CREATE TABLE shop.path (p text DEFAULT E'C:\\dir\\', CHECK (p LIKE E'%\\\\%'));
COMMENT ON TABLE shop.path IS E'back\\slash';
CREATE FUNCTION shop.sep() RETURNS text LANGUAGE sql AS $$ SELECT '\' $$;
INSERT INTO shop.path VALUES (E'a\\b');
