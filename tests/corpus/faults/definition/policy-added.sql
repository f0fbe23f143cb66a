-- what: a second policy opens what the first one closed
-- expect: drift POLICY secret all_of_it
CREATE POLICY all_of_it ON shop.secret FOR SELECT TO clerk USING (true);
