import type { Event, ServiceContext } from '@consort/core';
import service from './tcp-service.ts';

/** `dicom.tcp-service` as its host would run it; images are refused, as nothing is behind it. */
export interface ServiceUnderTest extends AsyncDisposable {
  readonly port: number;
  readonly events: readonly Event[];
  /** Resolves with the first event that says this; those before count too. */
  said(what: RegExp): Promise<Event>;
  readonly state: Awaited<ReturnType<typeof service.onInit>>;
}

/** Starts the service CONSORT on a free port, for PARROT unless told otherwise. */
export async function startService(settings: object = {}): Promise<ServiceUnderTest> {
  const events: Event[] = [];
  let wake = () => {};
  const context = {
    host: 'Modalities',
    settings: service.settings.parse({
      port: 0,
      interface: '127.0.0.1',
      localAet: 'CONSORT',
      remoteAet: 'PARROT',
      target: 'nobody',
      ...settings,
    }),
    origin: (setting: string) => `production.yaml:${setting}`,
    log(event: Event) {
      events.push(event);
      wake();
    },
    documents: { create: () => Promise.reject(new Error('nothing is stored')) },
  } as unknown as ServiceContext<any>;
  const state = await service.onInit(context);
  return {
    port: state.door.port,
    events,
    state,
    async said(what) {
      for (;;) {
        const found = events.find(({ text }) => what.test(text));
        if (found) return found;
        await new Promise<void>((resolve) => (wake = resolve));
      }
    },
    [Symbol.asyncDispose]: () => service.onTearDown(state, 0),
  };
}
