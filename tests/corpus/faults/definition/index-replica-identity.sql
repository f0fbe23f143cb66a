-- what: changes are published by another index
-- expect: drift line
ALTER TABLE shop.line REPLICA IDENTITY FULL;
