-- Views, rules, triggers, policies, grants.

CREATE SCHEMA access AUTHORIZATION kinds_owner;
SET search_path = access, tables;

CREATE VIEW plain AS SELECT id, t, 'x;y'::text AS "odd ""column""" FROM indexed WHERE id < 10;
CREATE VIEW over_view WITH (security_barrier) AS SELECT * FROM plain WHERE id > 1 WITH CASCADED CHECK OPTION;
CREATE VIEW checked AS SELECT * FROM serials WHERE a > 0 WITH LOCAL CHECK OPTION;
CREATE RECURSIVE VIEW counting (n) AS VALUES (1) UNION ALL SELECT n + 1 FROM counting WHERE n < 5;
CREATE VIEW grouped AS SELECT code, name, count(*) FROM countries GROUP BY code;
CREATE VIEW with_default AS SELECT id, t FROM indexed;
ALTER VIEW with_default ALTER COLUMN t SET DEFAULT 'view''s own';
CREATE VIEW windowed AS SELECT a, sum(a) OVER w AS s FROM unlogged WINDOW w AS (ORDER BY a ROWS BETWEEN 1 PRECEDING AND CURRENT ROW);
CREATE VIEW without_columns AS SELECT;
-- two views that need one another
CREATE VIEW circle_a AS SELECT 1 AS a;
CREATE VIEW circle_b AS SELECT a FROM circle_a;
CREATE OR REPLACE VIEW circle_a AS SELECT 1 AS a WHERE EXISTS (SELECT FROM unlogged);

CREATE MATERIALIZED VIEW counted AS SELECT count(*) AS n, max(id) AS newest FROM large;
CREATE MATERIALIZED VIEW on_counted AS SELECT n * 2 AS twice FROM counted;
CREATE MATERIALIZED VIEW a_on_on_counted AS SELECT twice FROM on_counted, over_view;
CREATE MATERIALIZED VIEW unpopulated AS SELECT 1 AS a WITH NO DATA;
CREATE MATERIALIZED VIEW in_space TABLESPACE kinds_space AS SELECT g AS id, g::text AS t FROM generate_series(1, 100) g;
CREATE UNIQUE INDEX in_space_key ON in_space (id);
CREATE VIEW over_materialized AS SELECT * FROM on_counted;

CREATE TABLE ruled (a int, b text);
CREATE TABLE rule_log (what text);
CREATE RULE logged AS ON INSERT TO ruled DO ALSO INSERT INTO rule_log VALUES ('inserted ' || NEW.a);
CREATE RULE "no ""delete""" AS ON DELETE TO ruled WHERE OLD.a < 0 DO INSTEAD NOTHING;
CREATE RULE off AS ON UPDATE TO ruled DO ALSO (INSERT INTO rule_log VALUES ('a;b'); INSERT INTO rule_log VALUES (OLD.b); );
INSERT INTO ruled VALUES (1, 'x'), (2, 'y');
ALTER TABLE ruled DISABLE RULE off;
ALTER TABLE ruled ENABLE ALWAYS RULE logged;
CREATE RULE into_view AS ON INSERT TO plain DO INSTEAD INSERT INTO rule_log VALUES (NEW.t);

CREATE FUNCTION touched() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO access.rule_log VALUES (TG_NAME || ' ' || TG_OP || ' ' || coalesce(TG_ARGV[0], 'none'));
    RETURN coalesce(NEW, OLD);
END $$;
CREATE TABLE triggered (a int PRIMARY KEY, b text);
CREATE TRIGGER before_row BEFORE INSERT OR UPDATE OF b ON triggered FOR EACH ROW WHEN (NEW.a > 0) EXECUTE FUNCTION touched(E'an''argument', '\n');
CREATE TRIGGER after_statement AFTER DELETE OR TRUNCATE ON triggered FOR EACH STATEMENT EXECUTE FUNCTION touched();
CREATE TRIGGER with_tables AFTER UPDATE ON triggered REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION touched();
CREATE CONSTRAINT TRIGGER deferred AFTER INSERT ON triggered FROM rule_log DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION touched();
CREATE TRIGGER "odd ""trigger""" BEFORE INSERT ON triggered FOR EACH ROW EXECUTE FUNCTION touched('odd');
INSERT INTO triggered VALUES (1, 'x'), (2, NULL);
ALTER TABLE triggered DISABLE TRIGGER "odd ""trigger""", ENABLE ALWAYS TRIGGER before_row, ENABLE REPLICA TRIGGER after_statement;
CREATE TRIGGER on_view INSTEAD OF INSERT ON with_default FOR EACH ROW EXECUTE FUNCTION touched();
CREATE TRIGGER on_partitions AFTER INSERT ON tables.sales FOR EACH ROW EXECUTE FUNCTION touched('sales');
ALTER TABLE tables.sales_south DISABLE TRIGGER on_partitions;
CREATE FUNCTION on_event() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN NULL; END';
CREATE EVENT TRIGGER starts ON ddl_command_start WHEN TAG IN ('CREATE TABLE', 'DROP TABLE') EXECUTE FUNCTION on_event();
CREATE EVENT TRIGGER drops ON sql_drop EXECUTE FUNCTION on_event();
ALTER EVENT TRIGGER drops DISABLE;
CREATE EVENT TRIGGER rewrites ON table_rewrite EXECUTE FUNCTION on_event();
ALTER EVENT TRIGGER rewrites ENABLE ALWAYS;

CREATE TABLE guarded (id int PRIMARY KEY, who name DEFAULT current_user, what text);
INSERT INTO guarded VALUES (1, 'kinds_reader', 'visible'), (2, 'somebody', 'hidden');
ALTER TABLE guarded ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON guarded USING (who = current_user) WITH CHECK (what <> 'x;y');
CREATE POLICY "odd ""policy""" ON guarded AS RESTRICTIVE FOR SELECT TO kinds_reader, kinds_group USING (id > 0);
CREATE POLICY inserts ON guarded FOR INSERT TO PUBLIC WITH CHECK (EXISTS (SELECT FROM tables.unlogged));
CREATE TABLE guarded_by_force (a int);
INSERT INTO guarded_by_force VALUES (1);
ALTER TABLE guarded_by_force ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY, OWNER TO kinds_owner;
CREATE TABLE policies_without_guard (a int);
CREATE POLICY unused ON policies_without_guard USING (false);

CREATE TABLE granted (a int, "b c" text, d int);
ALTER TABLE granted OWNER TO kinds_owner;
GRANT SELECT, INSERT ON granted TO kinds_reader;
GRANT SELECT (a), UPDATE ("b c"), REFERENCES (d) ON granted TO kinds_group WITH GRANT OPTION;
GRANT ALL ON granted TO "kinds ""quoted"" Ünï" WITH GRANT OPTION;
REVOKE DELETE ON granted FROM kinds_owner;
GRANT USAGE ON SCHEMA access TO kinds_reader;
GRANT ALL ON SCHEMA access TO kinds_group WITH GRANT OPTION;
GRANT USAGE ON SCHEMA access TO "kinds ""quoted"" Ünï";
SET ROLE "kinds ""quoted"" Ünï";
GRANT TRIGGER ON access.granted TO kinds_reader;
RESET ROLE;
GRANT SELECT, UPDATE ON SEQUENCE tables.descending TO kinds_reader;
REVOKE ALL ON tables.without_rows FROM PUBLIC, postgres;
REVOKE USAGE ON SCHEMA public FROM PUBLIC;
GRANT EXECUTE ON FUNCTION pg_catalog.pg_read_file(text) TO kinds_reader;
GRANT SELECT (rolpassword) ON pg_catalog.pg_authid TO kinds_bypass;
ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO kinds_reader;
ALTER DEFAULT PRIVILEGES FOR ROLE kinds_owner IN SCHEMA access GRANT ALL ON SEQUENCES TO kinds_group WITH GRANT OPTION;
ALTER DEFAULT PRIVILEGES FOR ROLE kinds_owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE kinds_owner GRANT USAGE ON TYPES TO kinds_reader;
ALTER DEFAULT PRIVILEGES FOR ROLE kinds_owner GRANT USAGE ON SCHEMAS TO kinds_reader;

COMMENT ON VIEW plain IS 'a view';
COMMENT ON COLUMN plain.t IS 'a column of a view';
COMMENT ON MATERIALIZED VIEW counted IS 'a materialised view';
COMMENT ON RULE logged ON ruled IS 'a rule';
COMMENT ON TRIGGER before_row ON triggered IS 'a trigger';
COMMENT ON EVENT TRIGGER starts IS 'an event trigger';
COMMENT ON POLICY own_rows ON guarded IS 'a policy';
