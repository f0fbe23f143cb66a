-- what: the database sets for its sessions what would change a restore
-- pg_dump: --create
DO $$
DECLARE one text;
BEGIN
    FOREACH one IN ARRAY ARRAY['default_transaction_read_only = on', 'statement_timeout = 1', 'array_nulls = off', 'transform_null_equals = on', 
        'search_path = shop', 'bytea_output = escape', 'DateStyle = ''SQL, DMY''', 'IntervalStyle = sql_standard', 'TimeZone = ''Asia/Tokyo''',
        'client_encoding = LATIN1', 'standard_conforming_strings = off', 'default_toast_compression = pglz', 'extra_float_digits = 0',
        'xmloption = document', 'row_security = off', 'session_replication_role = replica', 'default_transaction_isolation = serializable']
    LOOP
        EXECUTE format('ALTER DATABASE %I SET ', current_database()) || one;
    END LOOP;
END $$;
SET array_nulls = on;
CREATE TABLE shop.many (a text[]);
INSERT INTO shop.many VALUES ('{NULL,"NULL",x}');
