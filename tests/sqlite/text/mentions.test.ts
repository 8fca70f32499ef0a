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
  'CREATE TRIGGER queues AFTER INSERT ON mine BEGIN SELECT new.queues; END',
])('%s does not', (sql) => {
  expect(mentions(sql, new Set(['queues']))).toBe(false);
});
