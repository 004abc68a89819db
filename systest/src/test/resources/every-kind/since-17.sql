CREATE SCHEMA since_17;
SET search_path = since_17;
CREATE COLLATION built_in (PROVIDER = builtin, LOCALE = 'C.UTF-8');
CREATE TABLE partitioned (a int GENERATED ALWAYS AS IDENTITY, b int, EXCLUDE USING btree (b WITH =)) PARTITION BY RANGE (b);
CREATE TABLE partitioned_1 PARTITION OF partitioned FOR VALUES FROM (0) TO (10);
INSERT INTO partitioned (b) VALUES (1), (2);
GRANT MAINTAIN ON partitioned TO kinds_reader;
CREATE TABLE infinite (i interval);
INSERT INTO infinite VALUES ('infinity'), ('-infinity');
CREATE VIEW json_table AS SELECT * FROM JSON_TABLE('[{"a": 1}]', '$[*]' COLUMNS (id FOR ORDINALITY, a int PATH '$.a' DEFAULT 0 ON EMPTY));
CREATE FUNCTION merging() RETURNS SETOF int LANGUAGE sql BEGIN ATOMIC
    MERGE INTO partitioned p USING (VALUES (1)) v (b) ON p.b = v.b WHEN MATCHED THEN UPDATE SET b = 3 WHEN NOT MATCHED BY SOURCE THEN DELETE RETURNING p.b;
END;
CREATE EVENT TRIGGER logins ON login EXECUTE FUNCTION access.on_event();
