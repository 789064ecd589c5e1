#!/usr/bin/env node
// `npm create @consort NAME` is `production init NAME`.
process.argv.splice(2, 0, 'init');
await import('@consort/cli/bin');
