-- what: INSERTs of a server that takes backslashes in strings for escapes
-- env: PGOPTIONS=-c standard_conforming_strings=off
-- pg_dump: --inserts
CREATE TABLE shop.path (p text DEFAULT E'C:\\dir\\');
INSERT INTO shop.path VALUES (E'a\\b'), (E'\\'), (E'''\\');
