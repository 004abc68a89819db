-- What belongs to the server and not to the database: roles, tablespaces, settings by role and by database.
-- Needs allow_in_place_tablespaces.

-- in the order in which pg_dumpall makes them again, for in that order they stand in policies
CREATE ROLE "kinds ""quoted"" Ünï" NOLOGIN;
CREATE ROLE kinds_bypass NOLOGIN BYPASSRLS REPLICATION CREATEROLE;
CREATE ROLE kinds_group NOLOGIN NOINHERIT;
CREATE ROLE kinds_owner NOLOGIN CREATEDB;
CREATE ROLE kinds_reader LOGIN PASSWORD 'not to be seen' CONNECTION LIMIT 7 VALID UNTIL '2099-01-01 00:00:00+00';
GRANT kinds_group TO kinds_reader WITH ADMIN OPTION;
GRANT kinds_group TO "kinds ""quoted"" Ünï";
GRANT pg_read_all_stats TO kinds_reader;
COMMENT ON ROLE kinds_owner IS E'owns\nmost of it; it''s a \\ role';

CREATE TABLESPACE kinds_space OWNER kinds_owner LOCATION '';
CREATE TABLESPACE "kinds space ""2""" LOCATION '';
ALTER TABLESPACE kinds_space SET (random_page_cost = 1.5);
GRANT CREATE ON TABLESPACE kinds_space TO kinds_group WITH GRANT OPTION;
COMMENT ON TABLESPACE kinds_space IS 'elsewhere';

ALTER ROLE kinds_reader SET statement_timeout = '5min';
ALTER ROLE kinds_reader SET search_path = '$user', "odd ""schema.name", public;

SELECT current_database() AS database \gset
ALTER DATABASE :"database" OWNER TO kinds_owner;
ALTER DATABASE :"database" SET DateStyle = 'German, DMY';
ALTER DATABASE :"database" SET IntervalStyle = 'sql_standard';
ALTER DATABASE :"database" SET bytea_output = 'escape';
ALTER DATABASE :"database" SET extra_float_digits = -15;
ALTER DATABASE :"database" SET TimeZone = 'Asia/Kathmandu';
ALTER DATABASE :"database" SET default_text_search_config = 'pg_catalog.german';
ALTER DATABASE :"database" SET xmlbinary = 'hex';
ALTER DATABASE :"database" SET statement_timeout = '1h';
ALTER ROLE kinds_reader IN DATABASE :"database" SET work_mem = '8MB';
ALTER ROLE ALL IN DATABASE :"database" SET max_parallel_workers_per_gather = 4;
ALTER DATABASE :"database" CONNECTION LIMIT 77;
GRANT TEMPORARY ON DATABASE :"database" TO kinds_group WITH GRANT OPTION;
REVOKE CONNECT ON DATABASE :"database" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"database" TO kinds_reader;
COMMENT ON DATABASE :"database" IS 'every kind';
