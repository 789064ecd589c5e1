#!/usr/bin/env node
// `npm create @consort NAME` is `production init NAME`.
await import('../src/main.ts');
