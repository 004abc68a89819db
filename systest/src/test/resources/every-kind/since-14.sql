CREATE SCHEMA since_14;
SET search_path = since_14, types, around;
CREATE TABLE infinite (id int PRIMARY KEY, n numeric, ns numeric[], r numrange);
INSERT INTO infinite VALUES (1, 'Infinity', '{NaN,Infinity,0.10}', '[-Infinity,NaN]'), (2, '-Infinity', NULL, NULL);
CREATE TABLE multiranges (
    id int PRIMARY KEY, mi int4multirange, mn nummultirange, mf float_multirange, mt tstzmultirange
);
INSERT INTO multiranges VALUES
    (1, '{}', '{(,1),[2,3),(5.5,)}', '{[NaN,NaN]}', '{(,infinity]}'),
    (2, '{[1,2),[4,5)}', NULL, NULL, NULL);
CREATE STATISTICS of_expressions ON (lower(c::text)), (id % 10) FROM extended;
SET client_min_messages = error;
CREATE SUBSCRIPTION in_binary CONNECTION 'host=127.0.0.1 port=1 dbname=nowhere' PUBLICATION other
    WITH (connect = false, slot_name = NONE, binary = true);
RESET client_min_messages;
