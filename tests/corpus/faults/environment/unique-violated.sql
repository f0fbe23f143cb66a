-- what: production violates its own unique index
-- reference: none
-- expect: restore-log 23505
UPDATE pg_catalog.pg_index SET indisunique = false, indislive = true WHERE indexrelid = 'shop.customer_mail'::regclass;
DROP INDEX shop.customer_note;
UPDATE pg_catalog.pg_index SET indisready = false WHERE indexrelid = 'shop.customer_mail'::regclass;
INSERT INTO shop.customer (mail, name) VALUES ('c1@example.org', 'twice');
UPDATE pg_catalog.pg_index SET indisunique = true, indisready = true WHERE indexrelid = 'shop.customer_mail'::regclass;
