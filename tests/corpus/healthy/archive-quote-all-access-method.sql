-- what: an archive with every name in quotes, and a table of another access method, whose name pg_restore quotes not
-- base: plain
-- form: custom
-- pg_dump: --quote-all-identifiers
CREATE ACCESS METHOD heap2 TYPE TABLE HANDLER heap_tableam_handler;
CREATE TABLE app.heap2 (a int) USING heap2;
INSERT INTO app.heap2 VALUES (1);
