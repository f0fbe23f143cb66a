-- what: Japanese, written in SJIS, whose letters hold backslashes
-- pg_dump: --encoding=SJIS
INSERT INTO shop.log VALUES (100, '表示ソフト能力');
