-- Functions, operators and all that is made of them.

CREATE SCHEMA code;
SET search_path = code;

SELECT :SERVER_VERSION_NUM >= 140000 AS since_14 \gset
\if :since_14
CREATE FUNCTION atomic(a int, b text DEFAULT 'x;y', VARIADIC c int[] DEFAULT '{}') RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 7
    BEGIN ATOMIC
        SELECT CASE WHEN a > 0 THEN CASE b WHEN 'x' THEN 'BEGIN' ELSE 'END;' END ELSE NULL END;
        SELECT 'last; END' || a;
    END;
CREATE FUNCTION returning_expression(a int) RETURNS int RETURN CASE WHEN a = 1 THEN a + 1 ELSE 0 END;
CREATE TABLE atomic_table (a int PRIMARY KEY, b text);
CREATE PROCEDURE atomic_procedure(a int) BEGIN ATOMIC
        INSERT INTO atomic_table VALUES (a, 'BEGIN ATOMIC; END;') ON CONFLICT (a) DO UPDATE SET b = EXCLUDED.b;
        DELETE FROM atomic_table WHERE a = -1;
    END;
\else
    CREATE FUNCTION atomic(a int, b text DEFAULT 'x;y', VARIADIC c int[] DEFAULT '{}') RETURNS text LANGUAGE sql IMMUTABLE
        AS 'SELECT ''last; END'' || a';
    CREATE FUNCTION returning_expression(a int) RETURNS int LANGUAGE sql AS 'SELECT a + 1';
\endif
CREATE FUNCTION quoted(a text) RETURNS text LANGUAGE plpgsql STRICT SECURITY DEFINER SET search_path = code, pg_temp
    SET work_mem FROM CURRENT AS $outer$
BEGIN
    -- $$ ; 'quotes' \ and "more"
    EXECUTE $inner$ SELECT '$$' || E'\'' || $1; $inner$ INTO a USING a;
    RETURN a; /* END; */
END $outer$;
CREATE FUNCTION rows(OUT a int, OUT "b c" text) RETURNS SETOF record LANGUAGE sql ROWS 3 AS 'VALUES (1, ''x''), (2, ''y'')';
CREATE FUNCTION as_table(n int) RETURNS TABLE (a int, b text) LANGUAGE sql STABLE AS 'SELECT n, ''x''';
CREATE FUNCTION overloaded(int) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION overloaded(text) RETURNS int LANGUAGE sql AS 'SELECT 2';
CREATE FUNCTION "odd ""function"";--"("a ""b""" int) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION any_of(anyelement, anyarray) RETURNS anyelement LANGUAGE sql AS 'SELECT $1';
CREATE FUNCTION windowed(anyelement) RETURNS anyelement LANGUAGE internal WINDOW AS 'window_last_value';
CREATE FUNCTION crlf() RETURNS text LANGUAGE sql AS E'SELECT ''a\r\nb\t\\''::text\r\n';
CREATE FUNCTION missing_table() RETURNS bigint LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT count(*) FROM nowhere.at_all); END';
CREATE PROCEDURE transacting(INOUT a int) LANGUAGE plpgsql AS $$ BEGIN COMMIT; a := a + 1; END $$;
CREATE FUNCTION leaky(int) RETURNS boolean LANGUAGE sql LEAKPROOF PARALLEL RESTRICTED AS 'SELECT $1 > 0';
CREATE FUNCTION supported(int) RETURNS int LANGUAGE internal IMMUTABLE STRICT SUPPORT generate_series_int4_support AS 'int4abs';
CREATE FUNCTION call_handler() RETURNS language_handler LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_call_handler';
CREATE FUNCTION inline_handler(internal) RETURNS void LANGUAGE c STRICT AS '$libdir/plpgsql', 'plpgsql_inline_handler';
CREATE FUNCTION validator(oid) RETURNS void LANGUAGE c STRICT AS '$libdir/plpgsql', 'plpgsql_validator';
CREATE TRUSTED LANGUAGE plkinds HANDLER call_handler INLINE inline_handler VALIDATOR validator;
CREATE FUNCTION in_own_language() RETURNS int LANGUAGE plkinds AS 'BEGIN RETURN 1; END';
-- a table whose default, check and index need functions, which need tables
CREATE FUNCTION is_good(int) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1 > 0';
CREATE TABLE needs_function (a int DEFAULT returning_expression(1) CHECK (code.is_good(a)), b text DEFAULT code.atomic(1));
CREATE INDEX needs_function_index ON needs_function (code.is_good(a));
INSERT INTO needs_function DEFAULT VALUES;
CREATE FUNCTION of_table(needs_function) RETURNS int LANGUAGE sql AS 'SELECT ($1).a';

CREATE FUNCTION half(int) RETURNS int LANGUAGE sql IMMUTABLE STRICT AS 'SELECT $1 / 2';
CREATE FUNCTION near(int, int) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT AS 'SELECT abs($1 - $2) < 2';
CREATE FUNCTION far(int, int) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT AS 'SELECT abs($1 - $2) >= 2';
CREATE OPERATOR @#@ (FUNCTION = half, RIGHTARG = int);
CREATE OPERATOR ~~~ (FUNCTION = near, LEFTARG = int, RIGHTARG = int, COMMUTATOR = ~~~, NEGATOR = !~~~, RESTRICT = eqsel, JOIN = eqjoinsel);
CREATE OPERATOR !~~~ (FUNCTION = far, LEFTARG = int, RIGHTARG = int, COMMUTATOR = !~~~, NEGATOR = ~~~);
CREATE OPERATOR FAMILY family USING btree;
CREATE FUNCTION backwards(int, int) RETURNS int LANGUAGE sql IMMUTABLE STRICT AS 'SELECT btint4cmp($2, $1)';
CREATE OPERATOR CLASS backwards_ops FOR TYPE int USING btree FAMILY family AS
    OPERATOR 1 > (int, int), OPERATOR 2 >= (int, int), OPERATOR 3 = (int, int), OPERATOR 4 <= (int, int), OPERATOR 5 < (int, int),
    FUNCTION 1 backwards(int, int);
ALTER OPERATOR FAMILY family USING btree ADD OPERATOR 1 < (int8, int4), FUNCTION 1 (int8, int4) btint84cmp(int8, int4);
CREATE TABLE backwards_table (a int);
CREATE INDEX backwards_index ON backwards_table (a backwards_ops);
INSERT INTO backwards_table SELECT generate_series(1, 50);
CREATE OPERATOR FAMILY lonely USING hash;

CREATE AGGREGATE total (int) (SFUNC = int4pl, STYPE = int, INITCOND = '0', COMBINEFUNC = int4pl, PARALLEL = SAFE,
    MSFUNC = int4pl, MINVFUNC = int4mi, MSTYPE = int, MINITCOND = '0', SORTOP = <);
CREATE AGGREGATE of_all (*) (SFUNC = int8inc, STYPE = int8, INITCOND = '0');
CREATE AGGREGATE hypothetical (VARIADIC "any" ORDER BY VARIADIC "any")
    (SFUNC = ordered_set_transition_multi, STYPE = internal, FINALFUNC = rank_final, FINALFUNC_EXTRA, HYPOTHETICAL);

CREATE FUNCTION mood_number(types.mood) RETURNS int LANGUAGE sql STABLE AS 'SELECT array_position(enum_range(NULL::types.mood), $1)';
CREATE CAST (types.mood AS int) WITH FUNCTION code.mood_number(types.mood) AS ASSIGNMENT;
CREATE CAST (types.own_int AS int) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (types.pair AS text[]) WITH INOUT;
CREATE CONVERSION latin FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
CREATE DEFAULT CONVERSION latin_default FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
CREATE FUNCTION own_from(internal) RETURNS internal LANGUAGE internal IMMUTABLE STRICT AS 'int4_avg_combine';
CREATE FUNCTION own_to(internal) RETURNS types.own_int LANGUAGE internal IMMUTABLE STRICT AS 'int4abs';
CREATE TRANSFORM FOR types.own_int LANGUAGE plpgsql (FROM SQL WITH FUNCTION code.own_from(internal), TO SQL WITH FUNCTION code.own_to(internal));

CREATE COLLATION libc_collation (PROVIDER = libc, LC_COLLATE = 'C.UTF-8', LC_CTYPE = 'C');
CREATE COLLATION icu_collation (PROVIDER = icu, LOCALE = 'de-u-co-phonebk');
CREATE COLLATION "insensitive ""to"" case" (PROVIDER = icu, LOCALE = 'und-u-ks-level2', DETERMINISTIC = false);
CREATE TABLE collated (a text COLLATE icu_collation, b text COLLATE "insensitive ""to"" case" UNIQUE, c text COLLATE libc_collation);
INSERT INTO collated VALUES ('Äpfel', 'Case', 'x'), ('Apfel', 'Other', 'X');
CREATE INDEX collated_index ON collated (a COLLATE "insensitive ""to"" case", c COLLATE "POSIX");

CREATE TEXT SEARCH DICTIONARY stems (TEMPLATE = snowball, Language = english, StopWords = english);
CREATE TEXT SEARCH DICTIONARY simplest (TEMPLATE = simple, Accept = false);
CREATE TEXT SEARCH PARSER parser (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype, HEADLINE = prsd_headline);
CREATE TEXT SEARCH TEMPLATE template (INIT = dsimple_init, LEXIZE = dsimple_lexize);
CREATE TEXT SEARCH CONFIGURATION configuration (PARSER = parser);
ALTER TEXT SEARCH CONFIGURATION configuration ADD MAPPING FOR asciiword, word WITH stems, simple;
CREATE TEXT SEARCH CONFIGURATION copied (COPY = pg_catalog.german);
CREATE TABLE searched (t text, v tsvector GENERATED ALWAYS AS (to_tsvector('code.configuration', t)) STORED);
INSERT INTO searched (t) VALUES ('The running foxes'), ('quick');
CREATE INDEX searched_index ON searched USING gin (to_tsvector('code.copied', t));

CREATE ACCESS METHOD own_heap TYPE TABLE HANDLER heap_tableam_handler;
CREATE ACCESS METHOD own_btree TYPE INDEX HANDLER bthandler;
CREATE TABLE in_own_heap (a int) USING own_heap;
INSERT INTO in_own_heap SELECT generate_series(1, 100);

COMMENT ON FUNCTION atomic(int, text, int[]) IS 'BEGIN ATOMIC';
COMMENT ON PROCEDURE transacting(int) IS 'a procedure';
COMMENT ON OPERATOR ~~~ (int, int) IS 'an operator';
COMMENT ON OPERATOR CLASS backwards_ops USING btree IS 'an operator class';
COMMENT ON OPERATOR FAMILY family USING btree IS 'an operator family';
COMMENT ON AGGREGATE total (int) IS 'an aggregate';
COMMENT ON CAST (types.own_int AS int) IS 'a cast';
COMMENT ON CONVERSION latin IS 'a conversion';
COMMENT ON COLLATION icu_collation IS 'a collation';
COMMENT ON LANGUAGE plkinds IS 'a language';
COMMENT ON TEXT SEARCH CONFIGURATION configuration IS 'a configuration';
COMMENT ON TEXT SEARCH DICTIONARY stems IS 'a dictionary';
COMMENT ON TEXT SEARCH PARSER parser IS 'a parser';
COMMENT ON TEXT SEARCH TEMPLATE template IS 'a template';
COMMENT ON ACCESS METHOD own_heap IS 'an access method';
ALTER FUNCTION overloaded(text) OWNER TO kinds_owner;
REVOKE EXECUTE ON FUNCTION overloaded(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION overloaded(text) TO kinds_reader WITH GRANT OPTION;
GRANT USAGE ON LANGUAGE plkinds TO kinds_group;
