/** @jest-config-loader esbuild-register */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from 'jest';
import unit from './jest.config.ts';

/** Files of the quick suite that try only a part of their cases there. */
const generated = readdirSync('tests', { recursive: true, encoding: 'utf8' })
  .map((file) => join('tests', file))
  .filter((file) => file.endsWith('.test.ts') && /numRuns: tries\(|each\(chosen\(/.test(readFileSync(file, 'utf8')));

/** Every case, of which the quick suite tries a part. */
const config: Config = { ...unit, testMatch: generated.map((file) => `<rootDir>/${file}`), testTimeout: 120_000 };

export default config;
