-- what: an event trigger that nobody knows
-- expect: drift EVENT TRIGGER watch
CREATE FUNCTION public.watch() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE EVENT TRIGGER watch ON ddl_command_end EXECUTE FUNCTION public.watch();
