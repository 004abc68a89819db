CREATE SCHEMA since_16;
SET search_path = since_16;
GRANT kinds_group TO kinds_bypass WITH INHERIT TRUE, SET FALSE, ADMIN OPTION;
CREATE TABLE storage (a text STORAGE EXTERNAL COMPRESSION pglz);
INSERT INTO storage VALUES (repeat('x', 100000));
CREATE COLLATION ruled (PROVIDER = icu, LOCALE = 'und', RULES = '&V << w <<< W');
CREATE VIEW json_constructed AS SELECT JSON_OBJECT('a': 1, 'b': NULL ABSENT ON NULL) AS j, '{}' IS JSON OBJECT WITH UNIQUE KEYS AS o;
