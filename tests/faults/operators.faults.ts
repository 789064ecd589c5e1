import { mkdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiError, openClient } from '@consort/dashboard/client';
import { createToken, putUser, usersFile } from '@consort/dashboard/users';
import { openMessageReader } from '@consort/store';
import { freePort } from '@consort/testing/consort';
import { expect, it } from 'vitest';
import { startTestRedis } from '../../packages/redis/src/test-redis.ts';
import { hosts } from '../durability/write-production.ts';
import { describeWith } from '../house/peers.ts';
import { isWhole, randomOf, seeds } from './seeds.ts';
import { makeSite } from './site.ts';

const count = 40;
/** Messages that are sent again. */
const enough = isWhole ? 1_000 : 100;

describeWith(['redis', 'pydicom'], 'the page', () => {
  it.each(seeds())(
    'F50: hammered by who may and who may not, while Redis goes and the process is killed, loses no image (seed %i)',
    async (seed) => {
      const random = randomOf(seed);
      const site = await makeSite(count, { service: { acknowledge: 'stored' } });
      const started = await startTestRedis();
      await using redis = { ...started, [Symbol.asyncDispose]: () => started.remove() };
      const page = await freePort();
      const url = `http://127.0.0.1:${page}`;
      const { operator, viewer } = await tokens(site.data);
      const start = () => site.start({ REDIS_URL: redis.url }, ['--page', `127.0.0.1:${page}`]);
      let production = await start();
      await using _end = { [Symbol.asyncDispose]: () => production.kill() };
      const hammer = hammering(url, operator, viewer);
      const sending = site.ledger.sendAll(site.peer, site.images(count), 4);
      for (const moment of [5, 20]) {
        await site.ledger.reached(moment + random.below(10));
        await redis.stop();
        await sleep(random.below(500));
        await redis.start();
        await production.kill();
        production = await start();
      }
      await sending;
      const done = await hammer.end();
      await site.idle();

      const reader = await openMessageReader(site.data);
      const trail = await reader.auditTrail({ limit: 5_000 });
      await reader.close();
      const results = (user: string) =>
        trail
          .filter((entry) => entry.user.includes(user))
          .map(({ action, result }) => `${action} ${result}`);
      expect(done.resent).toBeGreaterThanOrEqual(enough);
      expect(results('operator').length).toBeGreaterThanOrEqual(done.answered);
      // Every one of his was refused, each is in the trail, and so is nothing else of his.
      expect(done.refused).toBeGreaterThan(0);
      expect(new Set(results('viewer'))).toEqual(new Set(['actOnMessages FORBIDDEN']));
      expect(results('viewer').length).toBeGreaterThanOrEqual(done.refused);
      expect(await production.stop()).toBe(0);
      expect(await site.reconcile()).toEqual([]);
      await site.remove();
    },
  );
});

async function tokens(data: string) {
  await mkdir(data, { recursive: true, mode: 0o700 });
  const users = usersFile(data);
  await putUser(users, { name: 'anna', password: 'correct horse battery', roles: ['admin'] });
  const one = (role: 'operator' | 'viewer') =>
    createToken(users, { name: role, roles: [role], days: 1 }).then(({ token }) => token);
  return { operator: await one('operator'), viewer: await one('viewer') };
}

/** Sends messages again by an operator, has a viewer try it, and tries to empty the queues of Redis, over and over. */
function hammering(url: string, operator: string, viewer: string) {
  const done = { resent: 0, answered: 0, refused: 0 };
  const over = new AbortController();
  const by = (token: string) => openClient({ url, token }).call;
  const failures: unknown[] = [];

  async function resend(token: string): Promise<void> {
    const query = { host: hosts.operation, type: 'Request', limit: 50 } as const;
    const { messages } = await by(token)('messages', { query });
    const ids = messages.map(({ header }) => header.id);
    if (ids.length === 0) return;
    const acted = await by(token)('actOnMessages', {
      params: { verb: 'resend' },
      body: { selection: { ids } },
    });
    done.resent += acted.done.length;
    done.answered += 1;
  }

  async function emptyQueue(): Promise<void> {
    const answer = await fetch(`${url}/queues/bull/api/queues/${hosts.operation}/obliterate`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${operator}` },
    });
    expect(answer.status).toBe(405);
  }

  /** The server may be away: then it is tried again. */
  async function lane(act: () => Promise<void>, isEnough: () => boolean): Promise<void> {
    while (!over.signal.aborted || !isEnough()) {
      try {
        if (!isEnough()) await act();
      } catch (error) {
        if (error instanceof ApiError && error.code === 'FORBIDDEN') done.refused += 1;
        else if (!isAway(error)) failures.push(error);
      }
      await sleep(50);
    }
  }

  const lanes = Promise.all([
    lane(
      () => resend(operator),
      () => done.resent >= enough,
    ),
    lane(
      () => resend(viewer),
      () => done.refused > 20,
    ),
    lane(emptyQueue, () => over.signal.aborted),
  ]);
  return {
    async end() {
      over.abort();
      await lanes;
      expect(failures).toEqual([]);
      return done;
    },
  };
}

/** Nobody listens, the connection broke, or what runs is about to stop or has not begun. */
function isAway(error: unknown): boolean {
  if (error instanceof ApiError) return [502, 503, 504].includes(error.status);
  return error instanceof TypeError;
}
