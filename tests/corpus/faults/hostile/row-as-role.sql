-- what: a check tells a row's value as the name of a role that is not there
-- reference: none
-- expect: restore-log COPY
-- also: fidelity
-- never: canary-secret
CREATE FUNCTION shop.leak(v text) RETURNS bool LANGUAGE plpgsql AS $$ BEGIN
    IF current_setting('application_name') <> 'corpus' THEN RAISE EXCEPTION 'role "%" does not exist', v USING ERRCODE = '42704'; END IF;
    RETURN true;
END $$;
SET application_name = corpus;
ALTER TABLE shop.secret ADD CONSTRAINT secret_leaks CHECK (shop.leak(body));
