-- Who may do what. Each of these grants, and each owner above, is one "role does not exist" when a plain dump is restored into a
-- cluster without the roles. The numbers are the incident's: directus 870, context_pack_readonly 262, incomex 162,
-- workflow_admin 112, and cutter_ro, cutter_exec and cutter_verify 37 together.

GRANT USAGE ON SCHEMA cutter_governance TO cutter_ro, cutter_exec, cutter_verify;
GRANT SELECT ON ALL TABLES IN SCHEMA cutter_governance TO cutter_ro;
REVOKE SELECT ON cutter_governance.open_decision FROM cutter_ro;
DO $$
DECLARE
    t name;
BEGIN
    FOR t IN SELECT relname FROM pg_class WHERE relnamespace = 'cutter_governance'::regnamespace AND relkind = 'r' ORDER BY 1 LOOP
        -- The executor does not see what the verifier writes, and the verifier has no business with dependencies.
        IF t <> 'verify_result' THEN
            EXECUTE format('GRANT SELECT, INSERT ON cutter_governance.%I TO cutter_exec', t);
        END IF;
        IF t <> 'decision_backlog_dependency' THEN
            EXECUTE format('GRANT SELECT, INSERT ON cutter_governance.%I TO cutter_verify', t);
        END IF;
    END LOOP;
END
$$;

DO $$
DECLARE
    t name;
BEGIN
    FOR t IN SELECT name FROM collection ORDER BY no LIMIT 260 LOOP
        EXECUTE format('GRANT SELECT ON public.%I TO context_pack_readonly', t);
    END LOOP;
    FOR t IN SELECT name FROM collection ORDER BY no DESC LIMIT 159 LOOP
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON public.%I TO incomex', t);
    END LOOP;
    FOR t IN SELECT name FROM collection ORDER BY no LIMIT 110 LOOP
        EXECUTE format('GRANT SELECT ON public.%I TO workflow_admin', t);
    END LOOP;
END
$$;
GRANT SELECT ON public.tac_logical_unit, public.tac_content_revision TO context_pack_readonly;
GRANT SELECT, INSERT, UPDATE ON public.tac_logical_unit TO incomex;
GRANT SELECT (reader_no, sampled_at) ON public.reading_metric TO incomex;
GRANT SELECT ON public.tac_logical_unit, public.directus_activity TO workflow_admin;
DROP TABLE collection;
