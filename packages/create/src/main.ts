// The command line starts by itself, on a Node that it finds, with the words that it is given.
process.argv.splice(2, 0, 'init');
const cli = new URL('../bin/production.mjs', import.meta.resolve('@consort/cli'));
await import(cli.href);
