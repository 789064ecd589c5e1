import type { Host, Production } from '@consort/core';
import type { CallerTerms } from '@consort/dicom/tables';
import { isLocked } from '../data-directory.ts';
import { locate } from '../location.ts';
import { peerOfService } from '../send/peer.ts';
import type { PeerOptions } from '../send/peer-options.ts';
import { checkClaims, type CheckedClaims } from './check-claims.ts';

/**
 * Checks what is claimed of the DICOM services of a production: of the one that runs; where none does, of one that is
 * started for it, with a record, a Redis, ports and folders of its own.
 * @throws EngineError as `checkClaims`, and whatever keeps a production from starting
 */
export async function checkServices(
  production: Production,
  terms: ReadonlyMap<string, readonly CallerTerms[]>,
  options: PeerOptions,
): Promise<readonly CheckedClaims[]> {
  const services = production.hosts.filter(({ name }) => terms.has(name));
  if (services.length === 0) return [];
  const { dataDirectory, productionFile } = locate(options);
  if (isLocked(dataDirectory)) return checkAll(services, terms, options, () => undefined);
  const { startTestProduction } = await import('../test-production/start-test-production.ts');
  await using started = await startTestProduction(productionFile, { folders: 'temporary' });
  return await checkAll(services, terms, options, (name) => ({ port: started.port(name) }));
}

async function checkAll(
  services: readonly Host[],
  terms: ReadonlyMap<string, readonly CallerTerms[]>,
  options: PeerOptions,
  portOf: (name: string) => { readonly port: number } | undefined,
): Promise<readonly CheckedClaims[]> {
  const checked: CheckedClaims[] = [];
  for (const service of services) {
    for (const one of terms.get(service.name) ?? []) {
      // Where any title is let in, one that has no terms of its own.
      const asked = { ...options, from: one.callers.find((title) => title !== '*') ?? 'CONSORT' };
      checked.push(
        await checkClaims(await peerOfService(service, asked, portOf(service.name)), one),
      );
    }
  }
  return checked;
}
