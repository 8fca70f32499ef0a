import { readOnly } from '../apply/obstacles.ts';
import { failed, type Finding, passed, warned } from '../model/checkup.ts';
import type { LiveState, ServerFacts } from '../model/dialect.ts';

/** What is told of a server, or of an engine, as the catalog query found it. */
export const serverNames: readonly string[] = ['server', 'writes'];

export const serverFindings = ({ server }: LiveState): readonly Finding[] => [
  versionFinding(server),
  ...wayFindings(server),
];

/** The oldest release that this program is tried with. */
const oldestPostgres = 14;

function versionFinding({ product, version, caveat }: ServerFacts): Finding {
  const seen = `${product} ${version}`;
  if (caveat !== undefined) return warned('server', `${seen}: ${caveat}`, 'read what dbos migrate --plan shows first');
  const isOld = product === 'PostgreSQL' && Number.parseInt(version, 10) < oldestPostgres;
  if (!isOld) return passed('server', seen);
  return warned('server', `${seen} is older than what was tried`, `take PostgreSQL ${oldestPostgres} or newer`);
}

/** Whether what is sent arrives, and changes something. Through a pooler nothing is changed by this program. */
function wayFindings(server: ServerFacts): readonly Finding[] {
  const { product, isPooled } = server;
  const [obstacle] = readOnly(server);
  if (isPooled === true) return [failed('pooler', server.readOnly ?? '', obstacle?.remedy ?? null)];
  const remedy =
    product === 'SQLite'
      ? 'run it as the owner of the file, or make the file and its directory writable'
      : (obstacle?.remedy ?? null);
  return [
    ...(product === 'PostgreSQL' ? [passed('pooler', 'none changes the session in between')] : []),
    server.readOnly === null ? passed('writes', 'are taken') : failed('writes', server.readOnly, remedy),
  ];
}
