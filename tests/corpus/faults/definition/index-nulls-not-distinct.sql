-- what: a unique constraint takes nulls for equal
-- expect: drift CONSTRAINT line line_no_overlap
ALTER TABLE shop.line DROP CONSTRAINT line_no_overlap, ADD CONSTRAINT line_no_overlap UNIQUE NULLS NOT DISTINCT (orders, sku);
