-- what: a row names a role that nothing else in the dump names, and the report tells the row's value
-- expect: restore-log COPY
-- reference: none
-- also: fidelity
-- never: canary-role
DO $$ BEGIN CREATE ROLE "canary-role"; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
CREATE TABLE shop.assigned (id int PRIMARY KEY, to_role regrole);
INSERT INTO shop.assigned VALUES (1, '"canary-role"');
