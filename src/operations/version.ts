import packageJson from '../../package.json' with { type: 'json' };

/** Version of this tool. */
export const toolVersion: string = packageJson.version;

/** The oldest version of Node that it runs on: `20.19`. */
export const oldestNode: string = packageJson.engines.node.replace(/^>=/, '');
