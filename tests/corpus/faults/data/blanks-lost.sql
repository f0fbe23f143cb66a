-- what: trailing blanks are lost
-- never: canary-cell
-- base: shop
-- expect: drift TABLE DATA customer content
UPDATE shop.customer SET note = rtrim(note) WHERE note LIKE 'padded%';
