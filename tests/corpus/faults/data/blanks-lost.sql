-- what: trailing blanks are lost
-- plan: reference.rows."*" = "exact"
-- never: canary-cell
-- base: shop
-- expect: drift TABLE DATA customer same
UPDATE shop.customer SET note = rtrim(note) WHERE note LIKE 'padded%';
