-- Orders of which one is a cent above the limit.
CREATE SCHEMA shop;
CREATE TABLE shop.orders (
    id    integer PRIMARY KEY,
    total numeric(10, 2) NOT NULL
);
INSERT INTO shop.orders VALUES (1, 12.50), (2, 1000.51);
