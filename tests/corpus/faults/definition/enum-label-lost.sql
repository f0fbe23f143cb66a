-- what: a label of an enum is gone
-- expect: drift TYPE status
ALTER TABLE shop.orders ALTER status DROP DEFAULT; DROP VIEW shop.open_orders; DROP INDEX shop.orders_open; DROP STATISTICS shop.orders_stats;
UPDATE shop.orders SET status = 'open' WHERE status = 'draft';
ALTER TYPE shop.status RENAME TO old_status;
CREATE TYPE shop.status AS ENUM ('open', 'paid', 'closed');
ALTER TABLE shop.orders ALTER status TYPE shop.status USING status::text::shop.status;
DROP TYPE shop.old_status;
