-- what: two rows have swapped a value
-- plan: reference.rows."*" = "exact"
-- base: bulk
-- expect: drift TABLE DATA reading same
UPDATE public.reading SET value = CASE id WHEN 1 THEN 0.250 ELSE 0.125 END WHERE id IN (1, 2);
