-- what: an implicit cast that nobody knows
-- expect: drift CAST
CREATE CAST (integer AS text) WITH INOUT AS IMPLICIT;
