/** @jest-config-loader esbuild-register */
import { availableParallelism } from 'node:os';
import type { Config } from 'jest';

const shared: Config = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': '<rootDir>/tests/support/transform.cjs' },
  setupFiles: ['<rootDir>/tests/support/properties.ts', '<rootDir>/tests/support/typescript.ts'],
  testTimeout: 60_000,
  // Most tests wait for a server or a child process: two cores are busy with three of them.
  maxWorkers: Math.ceil(availableParallelism() * 1.5),
};

const config: Config = {
  ...shared,
  testMatch: ['<rootDir>/tests/**/*.test.ts'],
  testPathIgnorePatterns: [
    '/node_modules/',
    '<rootDir>/tests/conformance/',
    '<rootDir>/tests/docker/',
    '<rootDir>/tests/live/',
    '<rootDir>/tests/program/',
  ],
};

export default config;
