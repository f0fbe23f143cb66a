-- what: tables were rewritten, indexes built anew and statistics taken since the reference
-- reference: base
VACUUM FULL shop.orders;
REINDEX TABLE shop.customer;
CLUSTER shop.line USING line_pkey;
ALTER TABLE shop.line SET WITHOUT CLUSTER;
ANALYZE;
