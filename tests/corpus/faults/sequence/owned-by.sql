-- what: a sequence belongs to no column
-- expect: drift SEQUENCE OWNED BY orders_id_seq
ALTER SEQUENCE shop.orders_id_seq OWNED BY NONE;
