import type { Cases, Given, Place } from './case.ts';

const line =
  (text: string): (() => Given) =>
  () => ({ args: text.split(' ') });

/** Mistakes in a command line, none of which opens anything. */
export const commandLineCases: Cases<Place> = {
  'unknown command …': line('migrat'),
  'unknown option …': line('migrate --sys-db-ur sqlite:///./a.sqlite'),
  'unexpected argument …': line('migrate sqlite:///./a.sqlite'),
  '… needs a value': line('migrate --schema'),
  '… takes no value': line('migrate --plan=yes'),
  '… takes a whole number, and not …': line('history --limit 0'),
  '… is given 2 times': line('migrate --schema a --schema b'),
  '… is empty': () => ({ args: ['migrate', '--schema', ''] }),
  '… exclude one another': line('migrate --plan --check'),
  '--allow … is unknown': line('migrate --allow downtime'),
  '--dry-run prints SQL': line('migrate --dry-run --format json'),
  '… takes the id of an object, with its kind in front': line('migrate --ignore mine'),
  'a reset that keeps the schema drops nothing, …': line('reset -s sqlite:///./a.sqlite --yes --keep-schema --cascade'),
  '--print-user-role needs the role': line('migrate --print-user-role'),
  'the file of --out cannot be written …': ({ directory }) => ({
    args: ['migrate', '--plan', '-s', 'sqlite:///./a.sqlite', '--out', 'missing/plan.txt'],
    options: { cwd: directory() },
  }),
  'reset deletes all workflow history and there is no terminal to ask on': line('reset -s sqlite:///./a.sqlite'),
  'SQLite has one catalog: there is no other to be read by': line(
    'migrate --plan -s sqlite:///./a.sqlite --introspect information_schema',
  ),
  'SQLite has no roles to grant permissions to': line('migrate -s sqlite:///./a.sqlite --app-role app'),
};
