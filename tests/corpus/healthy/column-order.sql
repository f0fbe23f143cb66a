-- what: a column was dropped long ago, and pg_dump never shows it
-- reference: none
ALTER TABLE shop.log ADD gone int;
ALTER TABLE shop.log DROP gone;
UPDATE shop.log SET what = what || '';
