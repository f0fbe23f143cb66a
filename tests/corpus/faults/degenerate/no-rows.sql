-- what: a database whose tables are all empty, and the plan does not say so
-- base: empty
-- reference: none
-- expect: fidelity empty | fidelity rows
CREATE TABLE public.a (a int);
