-- A thousand relations.
DO $$ BEGIN
    FOR s IN 1..10 LOOP
        EXECUTE format('CREATE SCHEMA s%s', s);
        FOR t IN 1..60 LOOP
            EXECUTE format('CREATE TABLE s%s.t%s (id int PRIMARY KEY, name text NOT NULL)', s, t);
            EXECUTE format('INSERT INTO s%s.t%s SELECT n, ''row '' || n FROM generate_series(1, %s) n', s, t, t % 4);
        END LOOP;
        FOR t IN 1..40 LOOP
            EXECUTE format('CREATE VIEW s%s.v%s AS SELECT id FROM s%s.t%s', s, t, s, t);
        END LOOP;
    END LOOP;
END $$;
