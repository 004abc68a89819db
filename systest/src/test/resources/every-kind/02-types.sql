-- Every base type with its extreme values, and every kind of type that can be made of them.

SET DateStyle = ISO;
SET IntervalStyle = postgres;
CREATE SCHEMA types AUTHORIZATION kinds_owner;
SET search_path = types;
SELECT :SERVER_VERSION_NUM >= 140000 AS since_14 \gset
-- what is said otherwise for older servers is not there yet in them
\if :since_14
    \set infinity Infinity
    \set least_infinity -Infinity
\else
    \set infinity NaN
    \set least_infinity NaN
\endif

CREATE TABLE numbers (
    id int PRIMARY KEY,
    s smallint, i integer, b bigint,
    n numeric, n2 numeric(1000, 500), n3 numeric(38, 0), n4 numeric(5, 0),
    f4 real, f8 double precision, m money, o oid, x xid, c cid, x8 xid8, t tid, bo boolean
);
INSERT INTO numbers VALUES
    (1, -32768, -2147483648, -9223372036854775808, 'NaN', 'NaN', -99999999999999999999999999999999999999, -99900,
     '-0', '-0', '-92233720368547758.08', 0, '3', '0', '0', '(0,0)', true),
    (2, 32767, 2147483647, 9223372036854775807, :'infinity', 1e-500, 99999999999999999999999999999999999999, 100,
     'NaN', 'NaN', '92233720368547758.07', 4294967295, '4294967295', '4294967295', '18446744073709551615',
     '(4294967295,65535)', false),
    (3, 0, 0, 0, :'least_infinity', -1e499, 0, 0, 'Infinity', '-Infinity', 0, 1, '1', '1', '1', '(1,1)', NULL),
    (4, NULL, NULL, NULL, 1e131071, NULL, NULL, NULL, '1.4e-45', '4.9e-324', NULL, NULL, NULL, NULL, NULL, NULL, NULL),
    (5, NULL, NULL, NULL, 1e-16383, NULL, NULL, NULL, '3.4028235e+38', '1.7976931348623157e+308', '-0.01', NULL, NULL,
     NULL, NULL, NULL, NULL),
    (6, NULL, NULL, NULL, 0.100000000000000000000000000000, NULL, NULL, NULL, 0.1, 0.1 + 0.2, NULL, NULL, NULL, NULL,
     NULL, NULL, NULL),
    (7, NULL, NULL, NULL, -0.0, NULL, NULL, NULL, '1.17549435e-38', '2.2250738585072014e-308', NULL, NULL, NULL, NULL,
     NULL, NULL, NULL);

CREATE TABLE times (
    id int PRIMARY KEY, d date, t time, t0 time(0), tz timetz, ts timestamp, ts3 timestamp(3), tstz timestamptz,
    i interval, iy interval year to month, is0 interval second(0)
);
INSERT INTO times VALUES
    (1, '-infinity', '00:00', '00:00', '00:00+15:59:59', '-infinity', '-infinity', '-infinity',
     '-178000000 years -11 months', '-178000000 years', '-1 second'),
    (2, 'infinity', '24:00', '24:00', '24:00-15:59:59', 'infinity', 'infinity', 'infinity',
     '178000000 years 11 months 2147483647 days 23:59:59.999999', '178000000 years 11 months', '0'),
    (3, '4713-01-01 BC', '23:59:59.999999', '12:34:56', '23:59:59.999999+00', '4713-01-01 00:00:00 BC',
     '0001-12-31 23:59:59.999 BC', '4713-01-01 00:00:00+00 BC', '-1 year +2 months -3 days +04:05:06.789', '-1 month',
     '59 seconds'),
    (4, '5874897-12-31', '00:00:00.000001', '00:00:01', '04:05:06-08', '294276-12-31 23:59:59.999999',
     '1999-12-31 23:59:59.9996', '294276-12-31 23:59:59.999999+00', '1 day -24:00:00', '0', '2147483647 seconds'),
    (5, '2000-02-29', NULL, NULL, NULL, '2021-03-28 02:30:00', NULL, '2021-10-31 02:30:00+02', '00:00:00.000001',
     NULL, NULL),
    (6, '0001-01-01', NULL, NULL, NULL, '1582-10-10 00:00', NULL, '1900-01-01 00:00:00-00:00:17', '-00:00:00.000001',
     NULL, NULL);

CREATE TABLE texts (
    id int PRIMARY KEY, t text, v varchar, v10 varchar(10), c char(10), c1 "char", n name, b bytea,
    bits bit(9), vb bit varying, vb5 bit varying(5), u uuid
);
INSERT INTO texts VALUES
    (1, '', '', '', '', '', '', '', B'000000000', B'', B'', '00000000-0000-0000-0000-000000000000'),
    (2, E'tab\tline\nreturn\rback\\slash\b\f\x0b\x01\x7f', E'\\.', E'\\N', 'a  ', 'x', repeat('n', 63),
     (SELECT string_agg(decode(lpad(to_hex(g), 2, '0'), 'hex'), '' ORDER BY g) FROM generate_series(0, 255) g),
     B'101010101', repeat('10', 1000)::bit varying, B'11111', 'ffffffff-ffff-ffff-ffff-ffffffffffff'),
    (3, E'\\.', E'a\n\\.\nb', 'äöüß€𝄞🚀', 'ü', E'\\377', 'ñ', '\x5c2e0a', NULL, B'0', NULL, NULL),
    (4, 'NULL', E'\\n', E'\t', NULL, E'\\000', 'null', '\x00', NULL, NULL, NULL, NULL),
    (5, U&'\0001\FFFF\+10FFFF', '"quoted", ''single''', '$$', '{}', ';', '', '\xdeadbeef', NULL, NULL, NULL, NULL),
    (6, 'e' || U&'\0301' || U&'\200B\202E\FEFF', ' ', '', '', NULL, NULL, NULL, NULL, NULL, NULL, NULL),
    (7, (SELECT string_agg(chr(g), '' ORDER BY g) FROM generate_series(1, 20000) g), NULL, NULL, NULL, NULL, NULL,
     NULL, NULL, NULL, NULL, NULL);
-- every byte as a "char" of its own
CREATE TABLE chars AS SELECT g AS id, chr(g)::"char" AS c FROM generate_series(1, 127) g;

CREATE TABLE documents (
    id int PRIMARY KEY, x xml, j json, jb jsonb, jp jsonpath, v tsvector, q tsquery
);
INSERT INTO documents VALUES
    (1, '<?xml version="1.0"?><a b="&lt;">text<![CDATA[<>]]></a>',
     E'{"a" : 1.00, "a": 2,\n "b": [null, true, 1e400, "\\u0000 \\ud83d\\ude80"]}', '{"a": {"b": [1, 1.0, 1.00e2, null]}}',
     '$.a[*] ? (@.b > 1)', $$'a':1A,2B 'it''s':3 'back\\slash':16383$$, $$'fat' & !('rat' <-> 'c''at':*AB | 'x')$$),
    (2, 'content <b/> only', '[]', '"\"\\ \n ü 🚀"', 'strict $."k e y".type()', '', NULL),
    (3, '', '  3  ', '-0.0', '$', NULL, ''),
    (4, NULL, 'null', 'null', '$.**{2 to last}', 'x', '!x');

CREATE TABLE shapes (
    id int PRIMARY KEY, p point, l line, s lseg, b box, pa path, po polygon, c circle
);
INSERT INTO shapes VALUES
    (1, '(NaN,Infinity)', '{1,-1,0}', '[(0,0),(-1e300,1e-300)]', '(1,1),(0,0)', '[(0,0),(1,1),(2,0)]',
     '((0,0),(1,1),(2,0))', '<(0,0),0>'),
    (2, '(-0,0.1)', '{0,1,-0.3333333333333333}', '[(1,2),(1,2)]', '(Infinity,Infinity),(-Infinity,-Infinity)',
     '((0,0),(1,1))', '((0,0))', '<(1,-1),Infinity>');

CREATE TABLE networks (id int PRIMARY KEY, i inet, c cidr, m macaddr, m8 macaddr8);
INSERT INTO networks VALUES
    (1, '0.0.0.0/0', '0.0.0.0/0', '00:00:00:00:00:00', 'ff:ff:ff:ff:ff:ff:ff:ff'),
    (2, '192.168.1.5/24', '192.168.1.0/24', 'ff:ff:ff:ff:ff:ff', '08:00:2b:01:02:03:04:05'),
    (3, '::ffff:1.2.3.4/128', '2001:db8::/32', NULL, NULL),
    (4, 'fe80::1/64', NULL, NULL, NULL);

CREATE FUNCTION plain(int) RETURNS int LANGUAGE sql AS 'SELECT $1';
CREATE TABLE catalogs (
    id int PRIMARY KEY, l pg_lsn, rc regclass, rt regtype, rp regprocedure, rf regproc, ro regoperator, rop regoper,
    rr regrole, rn regnamespace, rcfg regconfig, rd regdictionary, rcol regcollation, ts txid_snapshot, ps pg_snapshot,
    iv int2vector, ov oidvector, rcu refcursor
);
INSERT INTO catalogs VALUES
    (1, '0/0', 'numbers', 'numeric(10,2)', 'plain(int)', 'plain', '+(int,int)', '||/', 'kinds_owner', 'types',
     'english', 'simple', '"C"', '10:20:10,14,15', '10:20:10,14,15', '1 2 -3', '1 2 4294967295', 'cursor'),
    (2, 'FFFFFFFF/FFFFFFFF', '-', '-', '-', '-', '0', '0', '-', '-', '-', '-', '-', NULL, NULL, '', '', '');

CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy', '', 'it''s "odd"', 'Ünï 🚀');
ALTER TYPE mood ADD VALUE 'before' BEFORE 'ok';
ALTER TYPE mood RENAME VALUE 'happy' TO 'glad';
CREATE TYPE no_values AS ENUM ();
CREATE TYPE pair AS (a int, "b c" text COLLATE "C", m mood);
CREATE TYPE nested AS (p pair, ps pair[], n numeric(5, 2)[]);
CREATE TYPE no_attributes AS ();
CREATE TYPE shell_type;
CREATE DOMAIN positive AS int DEFAULT 1 CONSTRAINT "is > 0" CHECK (VALUE > 0) NOT NULL;
CREATE DOMAIN small_positive AS positive CHECK (VALUE < 100);
CREATE DOMAIN words AS text[] COLLATE "C" CHECK (array_length(VALUE, 1) < 5);
CREATE DOMAIN later AS text;
CREATE DOMAIN pair_domain AS pair CHECK ((VALUE).a > 0);
\if :since_14
    CREATE TYPE float_range AS RANGE (subtype = float8, subtype_diff = float8mi, multirange_type_name = float_multirange);
\else
    CREATE TYPE float_range AS RANGE (subtype = float8, subtype_diff = float8mi);
\endif
CREATE TYPE text_range AS RANGE (subtype = text, collation = "C");
CREATE TYPE pair_range AS RANGE (subtype = int, subtype_opclass = int4_ops);

CREATE TABLE made (
    id int PRIMARY KEY, m mood, ms mood[], p pair, n nested, d positive DEFAULT 5, sd small_positive DEFAULT 7, w words,
    pd pair_domain, empty no_attributes, nv no_values
);
INSERT INTO made VALUES
    (1, 'before', '{sad,"",NULL}', ROW(1, E'x,"y"\\ (z)\n', 'glad'),
     ROW(ROW(NULL, '', NULL), ARRAY[ROW(1, NULL, 'sad')::pair, NULL], '{NaN,1.10}'), 5, 99, '{a,NULL,""}',
     ROW(1, 'x', 'ok'), ROW(), NULL),
    (2, '', '{}', NULL, NULL, 2147483647, 1, NULL, NULL, NULL, NULL);

CREATE TABLE ranges (
    id int PRIMARY KEY, i4 int4range, i8 int8range, n numrange, ts tsrange, tz tstzrange, d daterange, f float_range,
    t text_range
);
INSERT INTO ranges VALUES
    (1, 'empty', '(,)', '[-1e10,NaN]', '[-infinity,infinity)', '(,2020-01-01 00:00+00]', '[2000-01-01,)',
     '(-0,NaN]', '["a ""b""\\,",zz)'),
    (2, '[1,1]', '[1,2)', '[1.0,1.00]', 'empty', NULL, NULL, NULL, '[,)');

CREATE TABLE arrays (
    id int PRIMARY KEY, i int[], t text[][], b bytea[], j jsonb[], n numeric[], p point[], bx box[], d date[], x xml[],
    bo boolean[], r int4range[], deep int[][][][][][], c "char"[]
);
INSERT INTO arrays VALUES
    (1, '[-5:-3]={1,NULL,3}', '{{"a,b","c\"d"},{"\\","NULL"},{NULL,""}}', ARRAY['\x00'::bytea, NULL],
     ARRAY['{"a": [1]}'::jsonb, 'null', NULL], '{NaN,-1e20,0.10}', '{"(1,2)"}', '{(1,1),(0,0);(2,2),(1,1)}',
     '{infinity,"4713-01-01 BC"}', ARRAY['<a>,</a>'::xml], '{t,f,NULL}', '{empty,"[1,3)"}',
     '[0:0][1:1][2:2][-1:-1][4:4][2147483646:2147483646]={{{{{{1}}}}}}', '{a," ",NULL}'),
    (2, '{}', '[2:3][4:5]={{a,b},{c,d}}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}');

-- a base type of one's own, from functions that are there anyway
CREATE TYPE own_int;
CREATE FUNCTION own_int_in(cstring) RETURNS own_int LANGUAGE internal IMMUTABLE STRICT AS 'int4in';
CREATE FUNCTION own_int_out(own_int) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'int4out';
CREATE TYPE own_int (INPUT = own_int_in, OUTPUT = own_int_out, LIKE = int4, CATEGORY = 'N', DEFAULT = '42', DELIMITER = ';');
CREATE TABLE owns (id int PRIMARY KEY, o own_int, os own_int[]);
INSERT INTO owns VALUES (1, '-2147483648', '{1;2;NULL}'), (2, DEFAULT, NULL);

COMMENT ON TYPE mood IS 'an enum';
COMMENT ON TYPE pair IS 'a composite type';
COMMENT ON COLUMN pair."b c" IS 'an attribute';
COMMENT ON DOMAIN positive IS 'a domain';
COMMENT ON CONSTRAINT "is > 0" ON DOMAIN positive IS 'a constraint of a domain';
COMMENT ON TYPE float_range IS 'a range';
ALTER TYPE mood OWNER TO kinds_owner;
GRANT USAGE ON TYPE mood TO kinds_reader WITH GRANT OPTION;
REVOKE USAGE ON TYPE pair FROM PUBLIC;
ALTER DOMAIN later ADD CONSTRAINT unproven CHECK (VALUE <> '') NOT VALID;
