import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '@consort/testing/consort';
import type { Terminal } from './terminal.ts';

/** How a new user comes to a folder with a production and its packages. */
export interface Ways {
  /** Writes a production: `npm create @consort`, or the command where it is installed already. */
  readonly create: string;
  /** Installs its packages, in its folder. */
  install(): Promise<void>;
}

/**
 * Plays a user who has never seen Consort, from an empty folder to a production with code and tests of his own.
 * Every step looks at what it shows; the first that shows something else ends it with an error.
 * @returns the folder of the production
 */
export async function playNewUser(terminal: Terminal, ways: Ways): Promise<string> {
  const [port, page] = [await freePort(), await freePort()];
  const folder = join(terminal.folder, 'my-production');

  terminal.begin(
    'A production that works',
    'Into an empty folder, with nothing installed but Node and Redis.',
  );
  const written = await terminal.type(`${ways.create} my-production --port ${port} --yes`);
  assert.match(written, /my-production is written:/);
  terminal.folder = folder;
  await ways.install();
  assert.match(await terminal.type('npm test'), /pass 2\n/);
  assert.match(await terminal.type('npx production check'), /my-production is fine: 3 hosts/);

  terminal.begin(
    'It runs',
    'In a terminal that stays open. Left to itself, it also opens its page in the browser.',
  );
  await using dev = terminal.open(`npm run dev -- --no-open --page 127.0.0.1:${page}`);
  assert.match(await dev.shows('what is saved of'), /my-production is running/);
  await sendSamples(terminal, port);
  await editProcess(terminal, dev);
  await writeTest(terminal);
  await recordScenario(terminal);
  await breakFile(terminal, dev, port);

  terminal.begin('The end of the day', 'What is under way is finished first.');
  assert.match(await dev.interrupt(), /stopped\n$/);
  return folder;
}

type Dev = ReturnType<Terminal['open']>;

async function sendSamples(terminal: Terminal, port: number): Promise<void> {
  terminal.begin('Images', 'From another terminal: by its own command, then by DCMTK.');
  const sent = await terminal.type('npx production send samples/ct-1.dcm');
  assert.match(sent, /1 of 1 file sent from PACS to CONSORT/);
  await terminal.type(`${storescu(port)} samples/mr-1.dcm`);
  const trace = await terminal.type('npx production trace last');
  assert.match(trace, /from PACS at 127\.0\.0\.1 to CONSORT, answered 0000/);
  assert.equal(trace.match(/ Completed /g)?.length, 3, trace);
  const institution = await terminal.type('dcmdump +P InstitutionName received/MR/*.dcm');
  assert.match(institution, /\[General Hospital\]/);
  const listed = await terminal.type('npx production messages');
  assert.match(listed, /From\.PACS/);
}

async function editProcess(terminal: Terminal, dev: Dev): Promise<void> {
  terminal.begin('Code of its own', 'One more line in the process; it is saved, and that is all.');
  await terminal.edit('stamp.ts', institution, `${institution}\n${department}`);
  assert.match(await dev.shows('restarted Stamp'), /component \.\/stamp\.ts has new code/);
  await terminal.type('npx production send samples/ct-2.dcm');
  // The first CT image is there from before the change.
  const values = await terminal.type('dcmdump +P InstitutionalDepartmentName received/CT/*.dcm');
  assert.equal(values.match(/\[Radiology\]/g)?.length, 1, values);
}

async function writeTest(terminal: Terminal): Promise<void> {
  terminal.begin('A test of its own', 'It is wrong at first, to see it fail.');
  await terminal.edit('stamp.test.ts', lastLine, `${lastLine}\n  ${departmentIs('Cardiology')}`);
  const failed = await terminal.type('npm test', 1);
  assert.match(failed, /\+ 'Radiology'\n\s*- 'Cardiology'/);
  await terminal.edit('stamp.test.ts', departmentIs('Cardiology'), departmentIs('Radiology'));
  assert.match(await terminal.type('npm test'), /pass 2\n/);
}

async function recordScenario(terminal: Terminal): Promise<void> {
  terminal.begin(
    'What came today, as a test',
    'The last session becomes a scenario, with an image of nobody.',
  );
  await terminal.type('npx production record last -o scenarios');
  assert.match(await terminal.type('npx production test scenarios'), /1 ok, 0 failed/);
}

async function breakFile(terminal: Terminal, dev: Dev, port: number): Promise<void> {
  terminal.begin(
    'A mistake',
    'A letter too few in the production file, while it runs; then it is mended.',
  );
  await terminal.edit('production.yaml', 'institution:', 'institutin:');
  const mistake = await dev.shows('what ran before runs on');
  assert.match(mistake, /production\.yaml:\d+:7: error\[KEY_UNKNOWN\]: unknown key "institutin"/);
  assert.match(mistake, /\| {7}institutin: .*\n +\| {7}\^\n {2}write instead: institution\n/);
  assert.match(await terminal.type('npx production check', 3), /institutin/);
  assert.match(await terminal.type('npx production explain KEY_UNKNOWN'), /KEY_UNKNOWN/);
  await terminal.type(`${storescu(port)} samples/ct-1.dcm`);
  await terminal.edit('production.yaml', 'institutin:', 'institution:');
  await dev.shows('in order again');
  const received = (await readdir(join(terminal.folder, 'received'), { recursive: true })).filter(
    (name) => name.endsWith('.dcm'),
  );
  assert.equal(received.length, 4, received.join('\n'));
}

const institution = `      'DataSet.InstitutionName': settings.institution,`;
const department = `      'DataSet.InstitutionalDepartmentName': 'Radiology',`;
const lastLine = `  assert.equal(dataSet.getTextAt('DataSet.InstitutionName'), 'General Hospital');`;

function storescu(port: number): string {
  return `storescu -aet PACS -aec CONSORT 127.0.0.1 ${port}`;
}

function departmentIs(name: string): string {
  return `assert.equal(dataSet.getTextAt('DataSet.InstitutionalDepartmentName'), '${name}');`;
}
