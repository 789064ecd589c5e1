import { defineConfig } from 'vitest/config';

/** What every test file has around it. */
export const shared = {
  globalSetup: ['./tests/house/missing-peers.ts'],
  setupFiles: ['./tests/house/nothing-left-open.ts'],
};

/** Tests of whole productions, which have to start, wait and be killed. */
export const whole = { testTimeout: 120_000, hookTimeout: 60_000 };

/** Tests that look at the clock or at the memory of a process: nothing else may run beside them. */
const alone = ['tests/blocked-thread.test.ts', 'tests/large-object.test.ts'];

export default defineConfig({
  test: {
    // They wait more than they work: four files at a time also where there are fewer cores.
    maxWorkers: 4,
    projects: [
      {
        test: {
          ...shared,
          name: 'unit',
          include: ['packages/*/src/**/*.test.ts', 'packages/dashboard/web/**/*.test.ts'],
          testTimeout: 20_000,
          hookTimeout: 20_000,
        },
      },
      {
        test: {
          ...shared,
          ...whole,
          name: 'e2e',
          include: ['productions/**/*.test.ts', 'tests/**/*.test.ts'],
          exclude: alone,
        },
      },
      {
        test: {
          ...shared,
          ...whole,
          name: 'alone',
          include: alone,
          sequence: { groupOrder: 1 },
          fileParallelism: false,
        },
      },
      {
        // Minutes of load, left out of `npm test`: `npm run test:load`.
        test: {
          ...shared,
          ...whole,
          name: 'load',
          include: ['tests/**/*.load.ts'],
          testTimeout: 900_000,
          sequence: { groupOrder: 2 },
          fileParallelism: false,
        },
      },
    ],
  },
});
