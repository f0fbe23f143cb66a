-- what: a column is compressed otherwise
-- expect: drift TABLE shop.line
ALTER TABLE shop.line ALTER sku SET COMPRESSION pglz;
