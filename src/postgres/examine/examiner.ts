import type { Examiner } from '../../model/checkup.ts';
import { approach } from './approach.ts';
import { extensions } from './extensions.ts';
import { launch } from './launch.ts';
import { connections } from './limits.ts';
import { role } from './role.ts';
import { clock, tls } from './server.ts';
import { runtimes } from './sessions.ts';
import { settings } from './settings.ts';

export const examiner: Examiner = {
  approach,
  probes: [tls, clock, connections, settings, role, launch, extensions, runtimes],
};
