import type { SeenHost } from '@consort/core';
import { describe, expect, it } from 'vitest';
import operation from '../tcp-operation.ts';
import service from '../tcp-service.ts';

const ct = '1.2.840.10008.5.1.4.1.1.2';
const mr = '1.2.840.10008.5.1.4.1.1.4';
const jpegLossless = '1.2.840.10008.1.2.4.70';
const explicit = '1.2.840.10008.1.2.1';

function host(
  name: string,
  kind: SeenHost['kind'],
  componentName: string,
  settings: object,
  ...targets: string[]
): SeenHost {
  const origin = (setting: string) => `production.yaml:1:1 ${setting}`;
  return { name, kind, componentName, settings: { ...settings }, targets, origin };
}

/** What is doubted of an operation that calls the service of the same file. */
function doubts(
  own: object,
  of: { readonly called?: object; readonly taken?: object | undefined } = {},
): readonly string[] {
  const settings = operation.settings.parse({
    host: '127.0.0.1',
    port: 104,
    localAet: 'ROUTER',
    remoteAet: 'ARCHIVE',
    ...own,
  });
  const called = service.settings.parse({
    port: 104,
    localAet: 'ARCHIVE',
    remoteAet: 'ROUTER',
    target: 'File',
    ...of.called,
  });
  const taken = service.settings.parse({
    port: 105,
    localAet: 'ROUTER',
    remoteAet: 'CT1',
    target: 'Route',
    ...of.taken,
  });
  const hosts = [
    host('Archive', 'service', 'dicom.tcp-service', called, 'File'),
    host('In', 'service', 'dicom.tcp-service', taken, 'Route'),
    host('Route', 'process', 'dicom.router', {}, 'Out'),
    { ...host('Out', 'operation', 'dicom.tcp-operation', {}), settings },
  ];
  return (operation.check?.(settings, hosts) ?? []).map(
    ({ code, setting }) => `${setting} ${code}`,
  );
}

describe('an operation that calls a service of its own file', () => {
  it('is not doubted where the titles fit', () => {
    expect(doubts({})).toEqual([]);
    expect(doubts({ remoteAet: 'ANY' }, { called: { localAet: '*' } })).toEqual([]);
    expect(doubts({}, { called: { remoteAet: undefined, peers: [{ aet: 'ROUTER' }] } })).toEqual(
      [],
    );
  });

  it('is doubted where the service refuses one of the two titles, with case', () => {
    expect(doubts({ remoteAet: 'Archive' })).toEqual(['remoteAet AE_TITLE_REFUSED']);
    expect(doubts({ localAet: 'OTHER' })).toEqual(['localAet AE_TITLE_REFUSED']);
  });

  it('is not looked at where it calls somebody else', () => {
    expect(doubts({ remoteAet: 'Archive', port: 4242 })).toEqual([]);
    expect(doubts({ remoteAet: 'Archive', host: 'pacs.example.com' })).toEqual([]);
  });

  const contexts = (sopClass: string, ...transferSyntaxes: string[]) => ({
    presentationContexts: [{ sopClass, ...(transferSyntaxes.length > 0 && { transferSyntaxes }) }],
  });

  it('is doubted where nothing that comes in is accepted there', () => {
    const never = ['port CONTEXTS_NEVER_MEET'];
    expect(doubts({}, { called: contexts(mr), taken: contexts(ct) })).toEqual(never);
    const syntaxes = { called: contexts(ct, explicit), taken: contexts(ct, jpegLossless) };
    expect(doubts({}, syntaxes)).toEqual(never);
    // What is changed on the way may fit.
    expect(doubts({ transcode: 'uncompressed' }, syntaxes)).toEqual([]);
  });

  it('is not doubted where something may be', () => {
    expect(doubts({}, { called: contexts(ct), taken: contexts(ct, jpegLossless) })).toEqual([]);
    expect(doubts({}, { called: contexts('*'), taken: contexts(ct) })).toEqual([]);
    expect(doubts({}, { called: contexts(mr) })).toEqual([]);
    const forRouter = { peers: [{ aet: 'ROUTER', ...contexts(ct) }], remoteAet: undefined };
    expect(doubts({}, { called: { ...contexts(mr), ...forRouter }, taken: contexts(ct) })).toEqual(
      [],
    );
  });
});
