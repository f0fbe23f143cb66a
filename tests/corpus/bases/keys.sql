-- Two tables with a foreign key between them, in the order of their names.
CREATE TABLE public.a_parent (id int PRIMARY KEY, pad text);
CREATE TABLE public.b_child (id int PRIMARY KEY, parent int REFERENCES public.a_parent);
INSERT INTO public.a_parent SELECT g, repeat('x', 100) FROM generate_series(1, 20000) g;
INSERT INTO public.b_child SELECT g, 20001 - g FROM generate_series(1, 20) g;
