/** @jest-config-loader esbuild-register */
import type { Config } from 'jest';

const config: Config = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': '<rootDir>/tests/support/transform.cjs' },
  testTimeout: 300_000,
  testMatch: ['<rootDir>/tests/live/**/*.test.ts'],
};

export default config;
