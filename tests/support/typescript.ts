import { fileURLToPath } from 'node:url';

/** Programs of ours that a test starts from the sources, with the flags of its own process, are TypeScript. */
const hooks = fileURLToPath(new URL('typescript-register.mjs', import.meta.url));
if (!process.execArgv.includes(hooks)) process.execArgv.push('--import', hooks);
