-- What would change rows if a restore let it.
CREATE TABLE public.t (id int PRIMARY KEY, what text, changed timestamptz);
CREATE FUNCTION public.stamp() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.changed := now(); INSERT INTO public.audit VALUES (NEW.id); RETURN NEW; END';
CREATE TABLE public.audit (id int);
INSERT INTO public.t VALUES (1, 'a', '2020-01-01'), (2, 'b', NULL);
CREATE TRIGGER stamp BEFORE INSERT OR UPDATE ON public.t FOR EACH ROW EXECUTE FUNCTION public.stamp();
ALTER TABLE public.t ENABLE ALWAYS TRIGGER stamp;
CREATE TABLE public.swallowed (a int);
INSERT INTO public.swallowed VALUES (1);
CREATE RULE swallow AS ON INSERT TO public.swallowed DO INSTEAD NOTHING;
CREATE FUNCTION public.watch() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN PERFORM 1; END';
CREATE EVENT TRIGGER watch ON ddl_command_end EXECUTE FUNCTION public.watch();
CREATE EVENT TRIGGER refuse ON ddl_command_start WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION public.watch();
ALTER EVENT TRIGGER refuse DISABLE;
