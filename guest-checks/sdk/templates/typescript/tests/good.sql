-- Orders that keep every rule.
CREATE SCHEMA shop;
CREATE TABLE shop.orders (
    id      integer PRIMARY KEY,
    status  text NOT NULL,
    total   numeric(10, 2) NOT NULL,
    paid_at timestamptz
);
INSERT INTO shop.orders VALUES
    (1, 'open', 12.50, NULL),
    (2, 'paid', 99.90, '2026-11-02 10:15+00'),
    (3, 'cancelled', 0, NULL);
