import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadProduction } from '@consort/core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { componentLoader } from '../load-component.ts';
import { builtins } from '../builtins.ts';
import { classRows } from './class-rows.ts';
import { mapProduction } from './map-production.ts';
import { mappingPage } from './mapping-page.ts';
import { componentRows } from './setting-rows.ts';
import { readExport } from './read-export.ts';
import { readProduction } from './read-production.ts';
import { writeProduction } from './write-production.ts';

const timeout = 120_000;
const pacsToFile = new URL('../../../../productions/pacs-to-file/', import.meta.url).pathname;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'consort-iris-'));
});
afterAll(() => rm(folder, { recursive: true }));

const item = (name: string, className: string, settings = '', attributes = '') =>
  `  <Item Name="${name}" Category="" ClassName="${className}" PoolSize="1" Enabled="true" Foreground="false" Comment="" LogTraceEvents="false" Schedule="" ${attributes}>\n${settings}  </Item>\n`;
const setting = (target: string, name: string, value: string) =>
  `    <Setting Target="${target}" Name="${name}">${value}</Setting>\n`;

/** The production of the article: a PACS sends, a process answers, an operation writes files. */
const article = `<Production Name="Demo.DICOM" LogGeneralTraceEvents="false">
  <Description>Receives images &amp; stores them</Description>
  <ActorPoolSize>1</ActorPoolSize>
  <Setting Target="Production" Name="ShutdownTimeout">60</Setting>
${item(
  'EnsLib.DICOM.Service.TCP',
  'EnsLib.DICOM.Service.TCP',
  setting('Adapter', 'IPPort', '2010') +
    setting('Adapter', 'LocalAET', 'IRIS') +
    setting('Adapter', 'RemoteAET', 'ORTHANC') +
    setting('Host', 'DuplexTargetConfigName', 'Demo.DICOM.Process.StorageLocal') +
    setting('Adapter', 'TraceVerbosity', '2'),
)}${item('Demo.DICOM.Process.StorageLocal', 'Demo.DICOM.Process.StorageLocal')}${item(
  'Demo.DICOM.Operation.File',
  'Demo.DICOM.Operation.File',
  setting('Host', 'FileStorageDirectory', '/received') +
    setting('Host', 'FailureTimeout', '6') +
    setting('Host', 'RetryInterval', '2'),
)}</Production>`;

const asSource = (definition: string) => `/// The production of the article
Class Demo.DICOM.Production Extends Ens.Production
{

Parameter SETTINGS = "ShutdownTimeout,UpdateTimeout,StorageLocation";

XData ProductionDefinition
{
${definition}
}

}
`;

const asXml = (definition: string, others = '') => `<?xml version="1.0" encoding="UTF-8"?>
<Export generator="IRIS" version="26" zv="IRIS for UNIX" ts="2026-08-25 10:00:00">
<Class name="Demo.DICOM.Production">
<Super>Ens.Production</Super>
<XData name="ProductionDefinition">
<Data><![CDATA[
${definition}
]]></Data>
</XData>
</Class>
${others}
</Export>
`;

const processClass = `<Class name="Demo.DICOM.Process.StorageLocal">
<Super>EnsLib.DICOM.Process</Super>
<Method name="OnMessage">
<Implementation><![CDATA[
	Set tSC=..SendRequestSync("Demo.DICOM.Operation.File",pInput)
]]></Implementation>
</Method>
</Class>`;

async function imported(text: string, name = 'export.xml') {
  const file = join(folder, name);
  await writeFile(file, text);
  const read = await readExport(file);
  return mapProduction(readProduction(read.definition), read);
}

/** What a production is, apart from where it stands. */
async function essenceOf(file: string) {
  const { production, findings } = await loadProduction(file, {
    ...componentLoader,
    env: { RECEIVED: '/received' },
  });
  expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
  return production?.hosts.map(({ name, kind, settings, retry, poolSize }) => ({
    name,
    kind,
    settings,
    retry,
    poolSize,
  }));
}

it.each([
  ['source', 'export.cls', asSource(article)],
  ['an XML export', 'export.xml', asXml(article)],
  ['an XML export with its classes', 'export.xml', asXml(article, processClass)],
])(
  'makes the production of the article of %s, as the example has it',
  { timeout },
  async (_, name, text) => {
    const mapped = await imported(text, name);
    const file = join(folder, 'production.yaml');
    await writeFile(file, writeProduction(mapped));
    // The one thing that was to be done.
    const written = `export { default } from '${pacsToFile}storage-local.ts';\n`;
    await writeFile(join(folder, 'storage-local.ts'), written);
    expect(await essenceOf(file)).toEqual(await essenceOf(join(pacsToFile, 'production.yaml')));

    const yaml = await readFile(file, 'utf8');
    expect(yaml).toContain('shutdownTimeout: 60s');
    expect(yaml).toContain('description: "Receives images & stores them"');
    expect(yaml).toContain('# To do: write ./storage-local.ts beside this file');
    expect(yaml).toContain('# TraceVerbosity "2" is left out:');
    expect(yaml).not.toMatch(/Foreground|guess/);
  },
);

it('changes what values mean where that differs, and says what it leaves out and why', async () => {
  const production = `<Production Name="P" TestingEnabled="true">
${item(
  'In',
  'EnsLib.DICOM.Service.File',
  setting('Adapter', 'FilePath', '/in') +
    setting('Adapter', 'CallInterval', '5') +
    setting('Adapter', 'ConfirmComplete', 'Rename') +
    setting('Host', 'TargetConfigName', 'Route'),
)}${item('Route', 'Demo.DICOM.Process.AsyncRouterDispatcher', setting('Host', 'RuleClass', 'My.Rules'))}${item(
    'Out',
    'EnsLib.DICOM.Operation.TCP',
    setting('Adapter', 'IPAddress', '10.0.0.7') +
      setting('Adapter', 'IPPort', 'four') +
      setting('Adapter', 'SSLConfig', 'Client') +
      setting('Host', 'FailureTimeout', '-1') +
      setting('Host', 'ReplyCodeActions', 'E#5001=S,E=F') +
      setting('Host', 'QueueCountAlert', '100') +
      setting('Host', 'QueueWaitAlert', '0'),
  ).replace('PoolSize="1" Enabled="true"', 'PoolSize="4" Enabled="0"')}${item(
    'Ens.Alert',
    'EnsLib.EMail.AlertOperation',
    setting('Adapter', 'SMTPServer', 'mail') +
      setting('Adapter', 'Recipient', 'a@example.org,b@example.org'),
  )}${item('Filer', 'Demo.DICOM.Process.RouterFiler')}${item(
    'Mine',
    'My.Thing',
    setting('Host', 'SomeTargets', 'Out,Ens.Alert') +
      setting('Host', 'APIPassword', 'hush') +
      setting('Host', '%gateway', 'x') +
      setting('Host', 'Price', 'U$D'),
  )}</Production>`;
  const mapped = await imported(asXml(production));
  const keysOf = (name: string) =>
    Object.fromEntries(mapped.hosts.find((host) => host.name === name)?.keys ?? []);

  expect(Object.fromEntries(mapped.keys)).toEqual({
    testingEnabled: true,
    'alerts.target': 'Ens.Alert',
  });
  expect(keysOf('In')).toEqual({
    'settings.filePath': '/in',
    'settings.callInterval': '5s',
    'settings.target': 'Route',
  });
  expect(keysOf('Route')).toEqual({ 'settings.answer': 'atOnce' });
  expect(keysOf('Out')).toEqual({
    enabled: false,
    poolSize: 4,
    'settings.host': '10.0.0.7',
    'retry.timeout': -1,
    queueCountAlert: 100,
  });
  expect(keysOf('Ens.Alert')['settings.to']).toEqual(['a@example.org', 'b@example.org']);
  expect(keysOf('Mine')).toEqual({
    'settings.someTargets': ['Out', 'Ens.Alert'],
    'settings.price': 'U$D',
  });
  expect(mapped.unneeded.map(({ name }) => name)).toEqual(['Filer']);

  const yaml = writeProduction(mapped);
  for (const left of ['ConfirmComplete "Rename"', 'IPPort "four"', 'SSLConfig "Client"', 'E#5001'])
    expect(yaml.replaceAll(/\n +# /g, ' ')).toContain(left);
  expect(yaml).toContain('APIPassword is left out');
  expect(yaml).not.toContain('hush');
  expect(yaml).toContain('price: "U$$D"');
  expect(yaml).toContain('a guess from its class');
  expect(yaml).toContain('# The item Filer is not here');
});

const laughs = `<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;">]>`;

it.each([
  ['a document type', `${laughs}<Export><Class name="&lol2;"/></Export>`, /document type/],
  [
    'one inside the production',
    asXml(`${laughs}<Production Name="&lol2;"/>`),
    /ProductionDefinition of Demo.DICOM.Production, line 1: it has a document type/,
  ],
  ['an entity of its own', asXml('<Production Name="&lol;"/>'), /it is no XML/],
  ['deep nesting', asXml('<a>'.repeat(100_000)), /nested more than 64 deep/],
  [
    'many elements',
    asXml(`<Production>${'<a/>'.repeat(200_001)}</Production>`),
    /more than 200000/,
  ],
  ['a large file', `<Export>${' '.repeat(16 * 1024 * 1024)}</Export>`, /larger than 16777216/],
  ['XML that is cut off', asXml(article).slice(0, 900), /it is no XML/],
  ['a page of HTML', '<html></html>', /root is <html>/],
  ['an export without a production', '<Export/>', /no class with a block ProductionDefinition/],
  ['a text', 'Class A.B Extends %Persistent\n{\n}\n', /no class with a block/],
  ['no production in the block', asSource('<Rules/>'), /<Rules> in place of <Production>/],
  [
    'a name twice',
    asSource(`<Production Name="P">${item('A', 'X.Y').repeat(2)}</Production>`),
    /two items/,
  ],
  ['no class', asSource('<Production Name="P"><Item Name="A"/></Production>'), /no ClassName/],
  ['bytes that are no text', Buffer.from([0x3c, 0xff, 0xfe]).toString('latin1'), /it is no XML/],
])('refuses %s', { timeout }, async (_, text, reason) => {
  await expect(imported(text)).rejects.toMatchObject({
    code: 'IMPORT_UNFIT',
    message: expect.stringMatching(reason) as string,
  });
});

it(
  'writes a file once, says what was done, and takes a list of associations',
  { timeout },
  async () => {
    const file = join(folder, 'article.cls');
    await writeFile(file, asSource(article));
    const list = join(folder, 'associations.txt');
    const ct = '1.2.840.10008.5.1.4.1.1.2';
    await writeFile(
      list,
      `1.2.840.10008.1.1\n${ct}\\1.2.840.10008.1.2.1\n${ct}\\1.2.840.10008.1.2\n`,
    );
    const out = join(folder, 'demo');
    const words = ['import-iris', file, '--associations', list, '-o', out];

    const { code, stdout } = await run(words);
    expect({ code, stdout }).toMatchObject({ code: 0 });
    expect(stdout).toContain(`Demo.DICOM (Demo.DICOM.Production) is imported into ${out}`);
    expect(stdout).toMatch(
      /Demo.DICOM.Process.StorageLocal +process +\.\/storage-local\.ts +to be written/,
    );
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(`production check ${out}/production.yaml`);
    expect(await readFile(join(out, 'production.yaml'), 'utf8')).toContain(
      `        - { sopClass: CTImageStorage, transferSyntaxes: [ExplicitVRLittleEndian, ImplicitVRLittleEndian] }`,
    );
    const again = await run(words);
    expect(again.code).toBe(2);
    expect(again.stderr).toContain('is there already and is not replaced');
  },
);

function run(words: readonly string[]) {
  const main = new URL('../main.ts', import.meta.url).pathname;
  return new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) => {
    execFile(process.execPath, [main, ...words], (error, stdout, stderr) =>
      resolve({ code: error ? error.code : 0, stdout, stderr }),
    );
  });
}

it('is documented by the very rows it maps with', async () => {
  const page = new URL('../../../../docs/coming-from-iris.md', import.meta.url);
  const text = await readFile(page, 'utf8');
  expect(mappingPage(text)).toBe(text);
  expect(text).toContain('| IPPort | `settings.port` | whole number |');
});

it('maps to components that there are, and to keys that they have', { timeout }, async () => {
  for (const { component } of classRows)
    if (component !== undefined) expect(Object.keys(builtins)).toContain(component);
  for (const [name, rows] of Object.entries(componentRows)) {
    const { default: component } = await builtins[name]!();
    const known = Object.keys(component.settings.shape).map((key) => `settings.${key}`);
    const mapped = rows.map(({ ours }) => ours).filter((key) => key !== '');
    expect(known).toEqual(expect.arrayContaining(mapped));
  }
});
