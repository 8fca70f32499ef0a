import type { Cases, Given, Place } from './case.ts';

/** Where neither docker nor podman is installed. */
const withoutEngine =
  (line: string): ((place: Place) => Given) =>
  ({ directory }) => ({ args: line.split(' '), options: { env: { PATH: directory() } } });

/** What goes wrong with `dbos postgres` before an engine is asked. */
export const engineCases: Cases<Place> = {
  'neither docker nor podman is installed, or none is on the PATH': withoutEngine('postgres start'),
  'there is no port …': withoutEngine('postgres start --port 65536'),
  'an image cannot be named …': withoutEngine('postgres start --image=--privileged'),
  'a volume cannot be named …': withoutEngine('postgres start --volume /var/data'),
  '--volumes deletes all databases and there is no terminal to ask on': withoutEngine('postgres stop --volumes'),
};
