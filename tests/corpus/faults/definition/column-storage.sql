-- what: a column is stored otherwise
-- expect: drift customer
ALTER TABLE shop.customer ALTER note SET STORAGE EXTERNAL;
