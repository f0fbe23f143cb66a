-- what: Japanese, written in EUC_JP
-- pg_dump: --encoding=EUC_JP
INSERT INTO shop.log VALUES (100, '日本語');
CREATE TABLE shop."表" ("列" int);
