-- what: an enum has a label more
-- expect: drift TYPE status
ALTER TYPE shop.status ADD VALUE 'lost';
