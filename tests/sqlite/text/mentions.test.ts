import { expect, test } from '@jest/globals';
import { mentions } from '../../../src/sqlite/text/mentions.ts';

test.each([
  'CREATE VIEW v AS SELECT * FROM Queues',
  'CREATE VIEW v AS SELECT * FROM "queues" AS q',
  'CREATE VIEW v AS SELECT * FROM main . queues',
  'CREATE VIEW v AS SELECT * FROM a, [queues]',
  'CREATE VIEW v AS SELECT * FROM a LEFT JOIN b ON f(a.x, b.x), queues WHERE 1',
  'CREATE VIEW v AS SELECT * FROM ((a) JOIN (queues))',
  'CREATE VIEW v AS SELECT * FROM (SELECT x, y FROM a), queues',
  'CREATE VIEW v AS SELECT (SELECT max(x) FROM queues) FROM a',
  'CREATE VIEW v AS SELECT 1 WHERE 1 IN queues',
  'CREATE VIEW v AS SELECT * FROM a UNION SELECT * FROM queues',
  'CREATE VIEW v AS SELECT * FROM (WITH queues AS (SELECT 1) SELECT * FROM queues), queues',
  'CREATE VIEW v AS WITH queues AS (SELECT 1) SELECT * FROM queues, main.queues',
  'CREATE VIEW v AS WITH q (queues) AS (SELECT 1) SELECT * FROM q, queues',
  'CREATE VIEW v AS WITH q AS (SELECT * FROM queues) SELECT * FROM q',
  'CREATE VIEW v AS WITH recursive AS (SELECT 1) SELECT * FROM recursive JOIN queues',
  'CREATE VIEW v AS SELECT a IS DISTINCT FROM b FROM queues',
  'CREATE VIEW v AS SELECT a AS with FROM queues',
  'CREATE TRIGGER t AFTER INSERT ON mine BEGIN SELECT (WITH queues AS (SELECT 1) SELECT 1 FROM queues); DELETE FROM queues; END',
  'CREATE TRIGGER t AFTER UPDATE OF a ON mine BEGIN DELETE FROM queues; END',
  'CREATE TRIGGER t AFTER INSERT ON mine BEGIN INSERT OR IGNORE INTO queues (name) VALUES (1); END',
  'CREATE TRIGGER t AFTER INSERT ON mine BEGIN UPDATE OR REPLACE queues SET name = 1; END',
])('%s mentions queues', (sql) => {
  expect(mentions(sql, new Set(['queues']))).toBe(true);
});

test.each([
  'CREATE VIEW v AS SELECT queues FROM a',
  'CREATE VIEW v AS SELECT a, queues AS notifications FROM a',
  'CREATE VIEW v AS SELECT a.queues, queues FROM a JOIN b ON b.x = queues GROUP BY a, queues ORDER BY 1, queues',
  'CREATE VIEW v AS SELECT * FROM (SELECT x, queues FROM a)',
  'CREATE VIEW v AS SELECT * FROM a WHERE x IN (1, queues)',
  `CREATE VIEW v AS SELECT 'FROM queues' FROM queues_2 -- FROM queues`,
  'CREATE VIEW queues_view AS SELECT f(1, queues) FROM a /* JOIN queues */',
  'CREATE TRIGGER t AFTER UPDATE OF queues ON mine BEGIN UPDATE mine SET a = 1, queues = 2; SELECT 1, queues; END',
  'CREATE VIEW v AS WITH queues AS (SELECT 1) SELECT * FROM queues',
  'CREATE VIEW v AS WITH a AS (SELECT * FROM Queues), "queues" (x, y) AS NOT MATERIALIZED (SELECT 1, 2) SELECT * FROM a UNION SELECT * FROM (SELECT x FROM queues)',
  'CREATE VIEW v AS WITH RECURSIVE queues (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM queues WHERE n < 9) SELECT n FROM a WHERE n IN queues',
  'CREATE VIEW v AS SELECT a IS DISTINCT FROM queues, b IS NOT DISTINCT FROM queues FROM c',
  'CREATE TRIGGER queues AFTER INSERT ON mine BEGIN SELECT new.queues; END',
])('%s does not', (sql) => {
  expect(mentions(sql, new Set(['queues']))).toBe(false);
});
