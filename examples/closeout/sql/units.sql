-- The logical units that the trial was about. One of them, TARGET_IU, was cut and verified and must still be the draft that it was.
CREATE TABLE public.tac_logical_unit (
    id uuid PRIMARY KEY,
    unit_key text NOT NULL UNIQUE,
    canonical_address text NOT NULL UNIQUE,
    address_scheme text DEFAULT 'canonical-address-v1' NOT NULL,
    publication_mode text DEFAULT 'draft_only' NOT NULL CHECK (publication_mode IN ('draft_only', 'internal', 'public')),
    lifecycle_status text DEFAULT 'draft' NOT NULL CHECK (lifecycle_status IN ('draft', 'review', 'published', 'retired')),
    title text NOT NULL,
    attributes jsonb DEFAULT '{}' NOT NULL,
    version_no integer DEFAULT 1 NOT NULL,
    date_created timestamptz NOT NULL,
    date_updated timestamptz,
    depth integer GENERATED ALWAYS AS (public.address_depth(canonical_address)) STORED
);
CREATE INDEX tac_logical_unit_lifecycle ON public.tac_logical_unit (lifecycle_status, publication_mode);
CREATE TRIGGER unit_touched BEFORE UPDATE ON public.tac_logical_unit
    FOR EACH ROW EXECUTE FUNCTION public.touch_date_updated();

INSERT INTO public.tac_logical_unit
    (id, unit_key, canonical_address, address_scheme, publication_mode, lifecycle_status, title, attributes, version_no, date_created, date_updated)
SELECT md5('unit ' || i)::uuid,
       'IU-' || lpad(i::text, 5, '0'),
       format('tac/law/part-%s/chapter-%s/unit-%s', 1 + i / 100, 1 + i / 20 % 5, 1 + i % 20),
       CASE WHEN i % 6 = 0 THEN 'legacy-address-v0' ELSE 'canonical-address-v1' END,
       (ARRAY['draft_only', 'internal', 'public'])[1 + i % 3],
       (ARRAY['draft', 'review', 'published', 'retired'])[1 + i % 4],
       'Logical unit ' || i,
       jsonb_build_object('language', (ARRAY['vi', 'en'])[1 + i % 2], 'words', 200 + i * 7919 % 3000, 'tags', jsonb_build_array('t' || i % 9, 't' || i % 13)),
       1 + i % 5,
       timestamptz '2025-09-01 07:00:00+00' + i * interval '5 hours',
       CASE WHEN i % 4 > 0 THEN timestamptz '2026-02-01 07:00:00+00' + i * interval '2 hours' END
FROM generate_series(0, 639) AS i;

INSERT INTO public.tac_logical_unit (id, unit_key, canonical_address, title, attributes, version_no, date_created)
VALUES ('0e6b7d28-51fc-4a93-8d40-b7f2c9135ae6', 'TARGET_IU', 'tac/law/part-3/chapter-2/unit-21', 'Target unit of the controlled trial',
        '{"language": "vi", "words": 611, "tags": ["trial"]}', 1, '2026-05-12 03:18:26.550093+00');

CREATE VIEW public.tac_published_unit AS
SELECT id, unit_key, canonical_address, title, version_no FROM public.tac_logical_unit WHERE lifecycle_status = 'published';

CREATE MATERIALIZED VIEW public.tac_unit_status AS
SELECT lifecycle_status, publication_mode, count(*) AS units FROM public.tac_logical_unit GROUP BY 1, 2;
