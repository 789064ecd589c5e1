import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { shared, whole } from '../../vitest.config.ts';

// The whole matrix: what `npm test` runs a short part of, and what it leaves out.
export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: {
    ...shared,
    ...whole,
    name: 'faults',
    include: ['tests/**/*.{test,faults}.ts', 'packages/*/src/**/*.test.ts'],
    testTimeout: 600_000,
    fileParallelism: false,
  },
});
