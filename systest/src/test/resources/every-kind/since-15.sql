CREATE SCHEMA since_15;
SET search_path = since_15, tables;
CREATE TABLE nulls (a int UNIQUE NULLS NOT DISTINCT);
INSERT INTO nulls VALUES (NULL), (1);
CREATE UNLOGGED SEQUENCE unlogged_sequence;
SELECT nextval('unlogged_sequence') \g /dev/null
CREATE UNLOGGED TABLE unlogged_serial (a serial, b int GENERATED ALWAYS AS IDENTITY);
INSERT INTO unlogged_serial DEFAULT VALUES;
CREATE VIEW invoker WITH (security_invoker) AS SELECT * FROM nulls;
CREATE TABLE parts (a int, b int, PRIMARY KEY (a, b));
CREATE TABLE some_set_null (a int, b int, FOREIGN KEY (a, b) REFERENCES parts ON DELETE SET NULL (b));
SET client_min_messages = error;
CREATE PUBLICATION of_rows FOR TABLE staff WHERE (id > 1 AND x IS NOT NULL), TABLES IN SCHEMA since_15;
CREATE PUBLICATION of_columns FOR TABLE countries (code, name);
RESET client_min_messages;
CREATE TABLE negative_scale (a numeric(3, -2), b numeric(3, 5));
INSERT INTO negative_scale VALUES (99949, 0.00999);
GRANT SET, ALTER SYSTEM ON PARAMETER work_mem TO kinds_reader WITH GRANT OPTION;
CREATE COLLATION icu_custom (PROVIDER = icu, LOCALE = 'en-u-kn-true');
