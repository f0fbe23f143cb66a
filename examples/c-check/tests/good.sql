-- Orders of which none is above the limit; one is at it.
CREATE SCHEMA shop;
CREATE TABLE shop.orders (
    id    integer PRIMARY KEY,
    total numeric(10, 2) NOT NULL
);
INSERT INTO shop.orders VALUES (1, 12.50), (2, 1000.50);
