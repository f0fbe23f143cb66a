-- what: the labels of an enum sort in another order
-- expect: drift TYPE status
CREATE TYPE shop.level AS ENUM ('low', 'high'); DROP TYPE shop.level;
ALTER TYPE shop.status RENAME VALUE 'open' TO 'x'; ALTER TYPE shop.status RENAME VALUE 'paid' TO 'open'; ALTER TYPE shop.status RENAME VALUE 'x' TO 'paid';
UPDATE shop.orders SET status = CASE status WHEN 'open' THEN 'paid' WHEN 'paid' THEN 'open' ELSE status END::shop.status;
