-- Extensions, foreign data, replication, statistics, large objects.

CREATE SCHEMA "ext ""ensions";
CREATE EXTENSION hstore SCHEMA "ext ""ensions";
CREATE EXTENSION citext VERSION '1.6' SCHEMA public;
CREATE EXTENSION ltree SCHEMA "ext ""ensions";
CREATE EXTENSION pg_trgm SCHEMA public;
CREATE EXTENSION btree_gist;
CREATE EXTENSION file_fdw;
CREATE EXTENSION postgres_fdw SCHEMA "ext ""ensions";
CREATE EXTENSION bloom;
CREATE SCHEMA around;
SET search_path = around, "ext ""ensions", public;
COMMENT ON EXTENSION hstore IS 'our own words on it';

CREATE TABLE extended (id int PRIMARY KEY, h hstore, c citext UNIQUE, l ltree, room int, during tsrange,
    EXCLUDE USING gist (room WITH =, during WITH &&));
INSERT INTO extended VALUES (1, 'a=>1, "b \"c\" \\"=>NULL, ""=>""', 'Case', 'Top.Science', 1, '[2020-01-01,2020-01-02)'), (2, '', 'other', '', 1, NULL);
CREATE INDEX extended_trgm ON extended USING gin ((c::text) gin_trgm_ops);
CREATE INDEX extended_bloom ON extended USING bloom (id, room) WITH (length = 64, col1 = 4);
-- an object of one's own that belongs to an extension is made by the extension, with what it was granted since
GRANT EXECUTE ON FUNCTION hstore(text, text) TO kinds_reader;
REVOKE EXECUTE ON FUNCTION akeys(hstore) FROM PUBLIC;

CREATE FOREIGN DATA WRAPPER own_wrapper OPTIONS (debug 'tr''ue');
CREATE SERVER elsewhere TYPE 'type' VERSION '1 ''x''' FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '127.0.0.1', port '1', dbname 'no''where');
CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;
CREATE SERVER "own ""server""" FOREIGN DATA WRAPPER own_wrapper;
CREATE USER MAPPING FOR kinds_reader SERVER elsewhere OPTIONS (user 'x', password 'not to be seen either');
CREATE USER MAPPING FOR PUBLIC SERVER elsewhere OPTIONS (user 'everybody');
CREATE FOREIGN TABLE far_away (a int OPTIONS (column_name 'other'), b text NOT NULL DEFAULT 'x' CHECK (b <> '')) SERVER elsewhere OPTIONS (schema_name 's', table_name 't');
CREATE FOREIGN TABLE in_file (line text) SERVER files OPTIONS (filename '/dev/null', format 'csv');
CREATE TABLE with_far (a int, b text) PARTITION BY LIST (a);
CREATE TABLE with_far_1 PARTITION OF with_far FOR VALUES IN (1);
CREATE FOREIGN TABLE with_far_2 PARTITION OF with_far FOR VALUES IN (2) SERVER elsewhere;
INSERT INTO with_far VALUES (1, 'near');
ALTER SERVER elsewhere OWNER TO kinds_owner;
GRANT USAGE ON FOREIGN SERVER elsewhere TO kinds_reader WITH GRANT OPTION;
GRANT USAGE ON FOREIGN DATA WRAPPER own_wrapper TO kinds_group;

SET client_min_messages = error;
CREATE PUBLICATION of_all FOR ALL TABLES WITH (publish = 'insert, truncate');
CREATE PUBLICATION of_some FOR TABLE extended, ONLY tables.staff WITH (publish_via_partition_root);
CREATE PUBLICATION of_none;
CREATE SUBSCRIPTION subscribed CONNECTION 'host=127.0.0.1 port=1 dbname=nowhere' PUBLICATION "odd ""pub""", other
    WITH (connect = false, slot_name = NONE, synchronous_commit = 'local');
RESET client_min_messages;

CREATE STATISTICS of_columns (ndistinct, dependencies, mcv) ON room, during, id FROM extended;
ALTER STATISTICS of_columns SET STATISTICS 500;
ANALYZE extended;

COMMENT ON FOREIGN DATA WRAPPER own_wrapper IS 'a wrapper';
COMMENT ON SERVER elsewhere IS 'a server';
COMMENT ON FOREIGN TABLE far_away IS 'a foreign table';
COMMENT ON PUBLICATION of_some IS 'a publication';
COMMENT ON SUBSCRIPTION subscribed IS 'a subscription';
COMMENT ON STATISTICS of_columns IS 'statistics';

SELECT lo_create(100), lo_from_bytea(101, 'small'), lo_from_bytea(102, '\x00'), lo_create(4294967295) \g /dev/null
SELECT lo_from_bytea(103, decode(string_agg(md5(g::text), ''), 'hex')) FROM generate_series(1, 327680) g \g /dev/null
-- with a hole
SELECT lo_create(104), lo_put(104, 3000000, 'behind a hole') \g /dev/null
SELECT lo_from_bytea(g, g::text::bytea) FROM generate_series(200, 260) g \g /dev/null
ALTER LARGE OBJECT 101 OWNER TO kinds_owner;
GRANT SELECT ON LARGE OBJECT 102 TO kinds_reader WITH GRANT OPTION;
GRANT ALL ON LARGE OBJECT 103 TO PUBLIC;
COMMENT ON LARGE OBJECT 104 IS E'a large\nobject';
