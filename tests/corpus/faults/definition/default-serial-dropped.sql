-- what: ids are no longer drawn from the sequence
-- expect: drift DEFAULT orders id
ALTER TABLE shop.orders ALTER id DROP DEFAULT;
