-- what: an empty text is a null
-- plan: reference.rows."*" = "exact"
-- never: canary-cell
-- base: shop
-- expect: drift TABLE DATA customer same
UPDATE shop.customer SET note = NULL WHERE note = '';
