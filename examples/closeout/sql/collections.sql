-- The many small collections that editors create in Directus: 43 subjects with 10 aspects each.
-- Attachments have uuid keys; the others have a serial, and so a sequence with an owner of its own.
CREATE TEMPORARY TABLE collection AS
SELECT row_number() OVER (ORDER BY s.ordinality, a.ordinality)::integer AS no, subject || aspect AS name, subject,
       aspect <> '' AS is_child, aspect = '_attachment' AS uuid_key
FROM unnest(ARRAY['applicant', 'article', 'asset', 'audit', 'author', 'campaign', 'category', 'chapter', 'contract', 'control',
                  'course', 'employee', 'event', 'glossary_term', 'incident', 'invoice', 'lesson', 'newsletter', 'office', 'partner',
                  'payment', 'policy', 'procedure', 'product', 'question', 'quiz', 'reader', 'risk', 'section', 'shipment',
                  'speaker', 'sponsor', 'subscription', 'supplier', 'survey', 'ticket', 'topic', 'vacancy', 'venue',
                  'volunteer', 'voucher', 'warehouse', 'workshop'])
         WITH ORDINALITY AS s (subject),
     unnest(ARRAY['', '_translation', '_revision_note', '_attachment', '_comment', '_tag', '_assignment', '_checklist', '_reference',
                  '_workflow_step']) WITH ORDINALITY AS a (aspect);

DO $$
DECLARE
    c record;
BEGIN
    FOR c IN SELECT * FROM collection ORDER BY no LOOP
        EXECUTE format(
            'CREATE TABLE public.%I (
                id %s PRIMARY KEY,
                status varchar(32) DEFAULT %L NOT NULL,
                sort integer,
                parent integer%s,
                title text NOT NULL,
                amount numeric(12,2),
                settings json,
                user_created uuid REFERENCES public.directus_users,
                date_created timestamptz
            )',
            c.name,
            CASE WHEN c.uuid_key THEN 'uuid' ELSE 'serial' END,
            'draft',
            CASE WHEN c.is_child THEN format(' REFERENCES public.%I ON DELETE CASCADE', c.subject) ELSE '' END);
        EXECUTE format(
            'INSERT INTO public.%I (%s status, sort, parent, title, amount, settings, user_created, date_created)
             SELECT %s (ARRAY[''draft'', ''published'', ''archived''])[1 + (i + $1) %% 3], i, %s, initcap(%L) || '' '' || i,
                    ((i * 7919 + $1 * 104729) %% 1000000) / 100.0, json_build_object(''no'', i, ''of'', $1),
                    md5(''user '' || 1 + (i + $1) %% 120)::uuid, timestamptz ''2025-06-01 00:00:00+00'' + (i * 37 + $1) * interval ''1 hour''
             FROM generate_series(1, 10 + $1 %% 11) AS i',
            c.name,
            CASE WHEN c.uuid_key THEN 'id,' ELSE '' END,
            CASE WHEN c.uuid_key THEN format('md5(%L || i)::uuid,', c.name || ' ') ELSE '' END,
            CASE WHEN c.is_child THEN '1 + i % 10' ELSE 'NULL' END,
            replace(c.name, '_', ' '))
        USING c.no;
        IF c.no % 4 = 0 THEN
            EXECUTE format('CREATE INDEX %I ON public.%I (status, sort)', c.name || '_status', c.name);
        END IF;
        INSERT INTO public.directus_collections (collection, note, sort) VALUES (c.name, 'Collection ' || c.no, c.no);
        INSERT INTO public.directus_fields (collection, field, interface, options, sort)
        SELECT c.name, field, 'input', json_build_object('trim', true), i
        FROM unnest(ARRAY['status', 'title', 'amount']) WITH ORDINALITY AS f (field, i);
    END LOOP;
END
$$;
