-- what: tables without rows, and the plan says so
-- base: empty
-- plan: dump.empty = true
CREATE TABLE public.a (a int);
CREATE TABLE public.b (b text PRIMARY KEY);
