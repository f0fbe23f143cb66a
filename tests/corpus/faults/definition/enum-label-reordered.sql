-- what: the labels of an enum sort in another order
-- expect: drift TYPE status
ALTER TYPE shop.status RENAME VALUE 'open' TO 'x'; ALTER TYPE shop.status RENAME VALUE 'paid' TO 'open'; ALTER TYPE shop.status RENAME VALUE 'x' TO 'paid';
UPDATE shop.orders SET status = CASE status WHEN 'open' THEN 'paid' WHEN 'paid' THEN 'open' ELSE status END::shop.status;
