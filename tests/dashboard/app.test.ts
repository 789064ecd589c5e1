import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import {
  pydicomFiles,
  sampleStudy,
  sendFiles,
  startOrthanc,
  type Orthanc,
} from '@consort/testing/consort';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { describeWith } from '../house/peers.ts';
import { passphrase, startApp, type RunningApp } from './running-app.ts';
import { faults, faultsOfColour, narrow, settled, shoot, wide } from './look.ts';
import { stands } from './stands.ts';

const hosts = {
  service: 'EnsLib.DICOM.Service.TCP',
  process: 'Demo.DICOM.Process.StorageLocal',
  operation: 'Demo.DICOM.Operation.File',
  change: 'Demo.Change',
  pacs: 'Demo.PACS',
} as const;

/** Every page, with something on it. */
const pages = [
  ['production', '/'],
  ['host', `/hosts/${hosts.operation}`],
  ['messages', '/messages'],
  ['trace', '/trace/29?message=30'],
  ['document', '/documents/29'],
  ['studies', '/studies'],
  ['queues', `/queues/of/${hosts.operation}`],
  ['associations', '/associations'],
  ['activity', '/activity?period=5m'],
  ['suspended', '/suspended'],
  ['alerts', '/alerts?state=all'],
  ['events', '/events'],
  ['testing', '/testing'],
  ['echo', '/echo'],
  ['audit', '/audit'],
  ['find', '/find?q=98890234'],
  ['nothing', '/no/such/page'],
] as const;

/** Generous: the machine may be busy with other tests. Milliseconds. */
const patience = 60_000;

describeWith(['redis', 'orthanc', 'pydicom', 'chromium'], 'the app in a browser', () => {
  let app: RunningApp;
  let orthanc: Orthanc;
  let page: Page;
  let complaints: string[];
  const study = sampleStudy();

  beforeAll(async () => {
    app = await startApp();
    orthanc = await startOrthanc({ iris: { aeTitle: 'IRIS', port: app.dicomPort } });
    const instances: string[] = [];
    for (const image of study) instances.push(await orthanc.upload(await readFile(image)));
    expect((await orthanc.store('iris', instances)).State).toBe('Success');
  }, 240_000);

  afterAll(async () => {
    await orthanc?.stop();
    await app?.[Symbol.asyncDispose]();
  }, 120_000);

  beforeEach(async () => {
    complaints = [];
    page = await openPage(await app.browser.newContext({ viewport: wide, colorScheme: 'light' }));
  });

  async function openPage(context: BrowserContext): Promise<Page> {
    const opened = await context.newPage();
    opened.setDefaultTimeout(patience);
    opened.on('pageerror', (error) => complaints.push(error.message));
    opened.on('console', (message) => {
      if (/Content Security Policy|Warning:|React/.test(message.text()))
        complaints.push(message.text());
    });
    return opened;
  }

  /** The text of a file that the app gives when it is asked to. */
  async function downloaded(ask: () => Promise<void>): Promise<string> {
    const [file] = await Promise.all([page.waitForEvent('download'), ask()]);
    return readFile(await file.path(), 'utf8');
  }

  afterEach(async () => {
    await page.context().close();
    expect(complaints).toEqual([]);
  });

  it('draws the hosts as a graph that counts, and shows one of them in full', async () => {
    await page.goto(app.url);
    for (const name of [hosts.service, hosts.process, hosts.operation])
      await page.getByRole('group', { name: `Host ${name}` }).waitFor();
    const at = async (name: string) =>
      (await page.getByRole('group', { name: `Host ${name}` }).boundingBox())?.x ?? NaN;
    expect(await at(hosts.service)).toBeLessThan(await at(hosts.process));
    expect(await at(hosts.process)).toBeLessThan(await at(hosts.operation));

    await page.getByRole('group', { name: `Host ${hosts.operation}` }).click();
    const panel = page.getByRole('region', { name: `Host ${hosts.operation}` });
    await stands(panel, `${study.length} completed, 0 failed`);
    await stands(panel, 'dicom.file-operation');
    // Settings with where they come from.
    await stands(panel.getByRole('row', { name: /^directory/ }), 'environment');
    expect(new URL(page.url()).pathname).toBe(`/hosts/${hosts.operation}`);

    await page.getByRole('button', { name: 'Table' }).click();
    await stands(page.getByRole('row', { name: /^Demo\.DICOM\.Operation\.File/ }), 'Running');
  });

  it('finds the messages of a patient, keeps the search in the URL and under a name', async () => {
    await page.goto(`${app.url}/messages`);
    const search = page.getByRole('form', { name: 'Search messages' });
    await search.getByLabel('Patient ID').fill('98890234');
    await search.getByRole('button', { name: 'Search' }).click();
    const rows = page.getByRole('table', { name: 'Messages' }).getByRole('row');
    // The image goes from the service to the process and on to the operation.
    await stands(page.getByRole('status').last(), `${2 * study.length} messages`);
    await stands(rows.nth(1), '98890234');
    expect(new URL(page.url()).searchParams.get('patientId')).toBe('98890234');

    const csv = await downloaded(() => page.getByRole('link', { name: 'Export CSV' }).click());
    const [head = '', ...lines] = csv.trimEnd().split('\r\n');
    expect(head.split(',')).toContain('patientId');
    expect(lines).toHaveLength(2 * study.length);
    expect(lines.every((line) => line.includes('98890234'))).toBe(true);
    const ndjson = await downloaded(() =>
      page.getByRole('link', { name: 'Export NDJSON' }).click(),
    );
    const exported = ndjson
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(exported).toHaveLength(2 * study.length);
    expect(JSON.stringify(exported[0])).toContain('98890234');

    await page.getByLabel('Name for this search').fill('patient of the study');
    await page.getByRole('button', { name: 'Save search' }).click();
    await page.goto(`${app.url}/messages`);
    await page.getByRole('button', { name: 'patient of the study' }).click();
    await stands(page.getByRole('status').last(), `${2 * study.length} messages`);

    await search.getByLabel('Patient ID').fill('nobody');
    await search.getByRole('button', { name: 'Search' }).click();
    await stands(page.getByRole('main'), 'No message is like that');
  });

  it('draws a trace with its four legs, tells a request from a response, and saves it', async () => {
    await page.goto(`${app.url}/trace/1`);
    const legs = page.getByRole('region', { name: 'Trace' }).getByRole('button');
    await legs.nth(3).waitFor();
    expect(await legs.count()).toBe(4);
    expect(
      await legs.evaluateAll((all) => all.map((leg) => leg.getAttribute('aria-label') ?? '')),
    ).toEqual([
      expect.stringContaining(`Request from ${hosts.service} to ${hosts.process}`),
      expect.stringContaining(`Request from ${hosts.process} to ${hosts.operation}`),
      expect.stringContaining(`Response from ${hosts.operation} to ${hosts.process}`),
      expect.stringContaining('Sent, answered 0000'),
    ]);
    const dashes = await page.locator('.sequence path.arrow').evaluateAll((all) => {
      const { getComputedStyle } = globalThis as any;
      return all.map((arrow) => String(getComputedStyle(arrow).strokeDasharray));
    });
    expect(dashes.map((dash) => dash !== 'none')).toEqual([false, false, true, true]);

    // By the keyboard alone, and the URL brings it back.
    await legs.nth(1).focus();
    await page.keyboard.press('Enter');
    await stands(page.getByRole('region', { name: /^Message / }), 'written');
    await page.reload();
    await stands(page.getByRole('region', { name: /^Message / }), hosts.operation);

    const svg = await downloaded(() => page.getByRole('button', { name: 'Save as SVG' }).click());
    expect(svg).toContain('<svg');
    expect(svg).toContain('Sent, answered 0000');
    const text = await downloaded(() => page.getByRole('button', { name: 'Save as text' }).click());
    expect(text).toContain(hosts.operation);
  });

  it('shows what a message carries as an image, searches its data elements and downloads it', async () => {
    const peer = { port: app.dicomPort, calledAeTitle: 'IRIS', callingAeTitle: 'ORTHANC' };
    const image = pydicomFiles().find((file) => file.endsWith('/CT_small.dcm')) ?? '';
    expect((await sendFiles(peer, [image]))[0]?.status).toBe(0);
    await page.goto(`${app.url}/messages?patientId=1CT1`);
    await page
      .getByRole('table', { name: 'Messages' })
      .getByRole('link', { name: /^CT,/ })
      .last()
      .click();
    const picture = page.getByRole('img', { name: 'Frame 1 of 1' });
    const width = () => picture.evaluate((img: any) => img.complete && img.naturalWidth);
    await expect.poll(width, { timeout: patience }).toBe(128);
    await page.getByLabel('Window width').fill('100');
    await expect.poll(() => picture.getAttribute('src')).toContain('windowWidth=100');
    await expect.poll(width, { timeout: patience }).toBe(128);
    // Dragging across the image: its width sideways, its center up and down.
    await page.getByRole('button', { name: 'As the image has it' }).click();
    const own = await windowOf(page);
    const box = (await picture.boundingBox()) ?? { x: 0, y: 0 };
    await page.mouse.move(box.x + 20, box.y + 20);
    await page.mouse.down();
    await page.mouse.move(box.x + 60, box.y + 50, { steps: 4 });
    await page.mouse.up();
    const dragged = await windowOf(page);
    expect(dragged.width).toBeGreaterThan(own.width);
    expect(dragged.center).toBeGreaterThan(own.center);
    // Moving on without holding it changes nothing.
    await page.mouse.move(box.x + 90, box.y + 90);
    expect(await windowOf(page)).toEqual(dragged);
    const src = () => picture.getAttribute('src');
    await expect.poll(src, { timeout: patience }).toContain(`windowWidth=${dragged.width}`);
    await expect.poll(width, { timeout: patience }).toBe(128);
    const elements = page.getByRole('region', { name: 'Data elements' }).first();
    await stands(elements, 'PatientID');
    await page.getByLabel('Search the data elements').fill('modality');
    await stands(elements, 'Modality');
    expect(await elements.getByText('PatientID').count()).toBe(0);
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Download' }).click(),
    ]);
    const bytes = await readFile(await file.path());
    expect(bytes.subarray(128, 132).toString()).toBe('DICM');
  });

  it('shows a study with its images, and finds whatever somebody has at hand', async () => {
    await page.goto(`${app.url}/studies?patientId=98890234`);
    await page.getByRole('table').getByRole('link').first().click();
    const images = page.locator('.images > li');
    await images.nth(study.length - 1).waitFor();
    expect(await images.count()).toBe(study.length);
    await stands(images.first(), 'Completed');

    await page.keyboard.press('/');
    await page.keyboard.type('98890234');
    await page.keyboard.press('Enter');
    await page.getByRole('region', { name: 'As patient id' }).getByRole('link').first().click();
    await page.getByRole('table', { name: 'Messages' }).waitFor();
  });

  it('images that could not be stored are found, and sent again once the cause is gone: one of them, then what is left of the study', async () => {
    // Where the folder was stands a file: nothing can be written into it.
    await rename(app.received, `${app.received}.aside`);
    await writeFile(app.received, '');
    const peer = { port: app.dicomPort, calledAeTitle: 'IRIS', callingAeTitle: 'ORTHANC' };
    for (const image of study.slice(0, 2)) {
      const [sent] = await sendFiles(peer, [image]);
      expect(sent?.status).not.toBe(0);
    }
    await page.goto(`${app.url}/messages?status=Error&host=${hosts.operation}`);
    const row = page.getByRole('table', { name: 'Messages' }).getByRole('row').nth(1);
    await stands(row, 'Error');

    await rm(app.received);
    await rename(`${app.received}.aside`, app.received);
    await row.getByRole('checkbox').check();
    await page.getByRole('button', { name: 'Resend…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Resend 1' }).click();
    await dialog.getByRole('status').getByRole('link').click();
    const leg = page.getByRole('button', { name: new RegExp(`to ${hosts.operation}.*Completed`) });
    await leg.first().waitFor();

    await page.goto(`${app.url}/studies?patientId=98890234`);
    await page.getByRole('table').getByRole('link').first().click();
    const again = page.getByRole('button', { name: 'Resend what failed' });
    await again.click();
    await stands(page.getByRole('main').getByRole('status'), 'Done to 1');
    await again.waitFor({ state: 'detached' });
  });

  it('shows what a process has changed, before and after, and sends an edited body again', async () => {
    await page.goto(`${app.url}/testing?host=${hosts.change}`);
    await page.getByLabel(/^DICOM file/).setInputFiles(study[2] ?? '');
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await stands(page.getByRole('main'), 'Answered');
    await page.getByRole('main').getByRole('link', { name: 'Trace' }).click();
    const name = new RegExp(`Request from ${hosts.change} to ${hosts.operation}`);
    await page.getByRole('button', { name }).click();
    const rows = page.getByRole('region', { name: 'Difference' }).getByRole('row');
    await stands(rows.nth(1), 'Changed^Name');
    // The one element that is not the same, and what it was.
    expect(await rows.count()).toBe(2);
    expect(await rows.nth(1).getByRole('cell').allInnerTexts()).toEqual([
      expect.stringMatching(/\^/),
      'Changed^Name',
    ]);

    await page.getByText('Edit and resend').click();
    const body = page.getByLabel('Body, as JSON');
    const written = await body.inputValue();
    const resend = page.getByRole('button', { name: 'Resend with this body' });
    await body.fill(written.slice(1));
    await resend.click();
    await stands(page.getByRole('main'), 'That is no JSON');
    await body.fill(written.replace('{', '{ "remark": "edited by hand",'));
    await resend.click();
    await page.getByRole('status').getByRole('link').click();
    const id = new URL(page.url()).pathname.split('/').at(-1) ?? '';
    await page.goto(`${app.url}/trace/${id}?message=${id}`);
    const panel = page.getByRole('region', { name: `Message ${id}` });
    await panel.getByText('Body', { exact: true }).click();
    await stands(panel.locator('pre'), 'edited by hand');
    await stands(panel, 'Completed');
  });

  it('asks the peer of an operation whether it is there, over TLS, and never shows the passphrase', async () => {
    await page.goto(`${app.url}/echo`);
    await page.getByRole('button', { name: `Echo the peer of ${hosts.pacs}` }).click();
    await stands(page.getByRole('main').getByRole('status'), 'Answered');
    await stands(page.getByRole('main').getByRole('status'), 'PEER@localhost:');
    await page.goto(`${app.url}/hosts/${hosts.pacs}`);
    await stands(page.getByRole('region', { name: `Host ${hosts.pacs}` }), 'remoteAet');
    expect(await page.content()).not.toContain(passphrase);
  });

  it('disables a host with a reason and enables it again', async () => {
    await page.goto(`${app.url}/hosts/${hosts.operation}`);
    const panel = page.getByRole('region', { name: `Host ${hosts.operation}` });
    await panel.getByRole('button', { name: 'Disable…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel(/^Why/).fill('the disk is exchanged');
    await dialog.getByRole('button', { name: 'Disable', exact: true }).click();
    await stands(panel, 'the disk is exchanged');
    await stands(page.getByRole('group', { name: `Host ${hosts.operation}` }), 'Disabled');
    await panel.getByRole('button', { name: 'Enable' }).click();
    await stands(panel.locator('dd').first(), 'Running');
  });

  it('sends a file by hand and shows what was answered', async () => {
    await page.goto(`${app.url}/testing?host=${hosts.process}`);
    await page.getByLabel(/^DICOM file/).setInputFiles(study[1] ?? '');
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await stands(page.getByRole('main'), 'Answered');
    await page.getByRole('main').getByRole('link', { name: 'Trace' }).click();
    await stands(page.getByRole('main'), '_TestingService');
  });

  it('says what the file has otherwise than what runs, and applies it', async () => {
    await page.goto(app.url);
    await app.edit((file) =>
      file.replace(
        'component: ./storage-local.ts',
        'component: ./storage-local.ts\n    poolSize: 3',
      ),
    );
    await stands(page.getByRole('main'), 'The production file has changed');
    await stands(page.getByRole('main'), 'poolSize');
    await page.getByRole('button', { name: 'Apply' }).click();
    await stands(page.getByRole('group', { name: `Host ${hosts.process}` }), 'pool size 3');
  });

  it('every page is fit for everybody, light and dark, wide and narrow', async () => {
    const left = [...pages];
    const found: Record<string, readonly (string | number)[]> = {};
    const lane = async () => {
      const context = await app.browser.newContext({ viewport: wide, colorScheme: 'light' });
      const own = await openPage(context);
      for (let next = left.shift(); next; next = left.shift()) {
        const [name, path] = next;
        await own.goto(`${app.url}${path}`);
        found[name] = await faultsOfPage(own, name);
      }
      await context.close();
    };
    // Two: each has a process of the browser, which is busy all the while.
    await Promise.all([lane(), lane()]);
    expect(found).toEqual(Object.fromEntries(pages.map(([name]) => [name, []])));
  }, 600_000);

  it('asks every few seconds while the stream is refused, and is live again once it is not', async () => {
    await page.route('**/api/stream', (route) => route.fulfill({ status: 503, json: {} }));
    await page.goto(`${app.url}/events`);
    await stands(page.getByRole('banner'), 'Running');
    expect(await page.getByRole('banner').getByText('live').count()).toBe(0);
    // What happens meanwhile comes all the same.
    const peer = { port: app.dicomPort, calledAeTitle: 'IRIS', callingAeTitle: 'STRANGER' };
    await sendFiles(peer, study.slice(0, 1));
    await stands(page.getByRole('main'), 'STRANGER');
    await page.unroute('**/api/stream');
    await stands(page.getByRole('banner'), 'live');
  });

  it('goes on without a reload when the production went away and came back', async () => {
    await page.goto(`${app.url}/events`);
    await stands(page.getByRole('banner'), 'Running');
    await page.evaluate("document.body.setAttribute('data-before', 'yes')");
    await app.stop();
    await stands(page.getByRole('banner'), 'The server does not answer');
    await app.start();
    await stands(page.getByRole('banner'), 'Running');
    await stands(page.getByRole('banner'), 'live');
    expect(await page.locator('body').getAttribute('data-before')).toBe('yes');
  });
});

/** What is wrong with the page that is open, light and dark, wide and narrow. */
async function faultsOfPage(page: Page, name: string): Promise<readonly (string | number)[]> {
  await page.setViewportSize(wide);
  await page.emulateMedia({ colorScheme: 'light' });
  await page.getByRole('heading', { level: 1 }).waitFor();
  await settled(page);
  const found: (string | number)[] = [...(await faults(page))];
  await shoot(page, name);
  await page.emulateMedia({ colorScheme: 'dark' });
  found.push(...(await faultsOfColour(page)));
  await shoot(page, `${name}-dark`);
  await page.setViewportSize(narrow);
  await page.emulateMedia({ colorScheme: 'light' });
  await settled(page);
  found.push(...(await faults(page)));
  // What does not fit, in pixels.
  const beside = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
  if (beside !== 0) found.push(beside);
  await shoot(page, `${name}-narrow`);
  await page.emulateMedia({ colorScheme: 'dark' });
  return [...found, ...(await faultsOfColour(page))];
}

async function windowOf(page: Page): Promise<{ readonly width: number; readonly center: number }> {
  const value = async (label: string) => Number(await page.getByLabel(label).inputValue());
  return { width: await value('Window width'), center: await value('Window center') };
}
