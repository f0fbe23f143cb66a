-- what: the same across an upgrade
-- dumper: 18
-- sandbox: 18
-- plan: restore.upgrade_to = 18
-- form: custom
-- base: plain
GRANT ALL ON app.person TO clerk;
