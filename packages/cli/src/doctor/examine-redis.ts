import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { EngineError } from '@consort/core';
import { checkRedis, findRedisServer, maskRedisUrl, privateRedisUrl } from '@consort/redis';
import { fine, type Finding, type Patient } from './finding.ts';

/** Milliseconds to wait for an answer. */
const patience = 3_000;

/** Looks at the Redis that the production uses, or would use: version, eviction policy, append-only file. */
export async function examineRedis(patient: Patient): Promise<readonly Finding[]> {
  try {
    const { url, isUnknown } = await urlOf(patient);
    if (isUnknown) return [unknownLogin(patient)];
    if (url === undefined) return [await ownServer()];
    const { product, version, evictionPolicy, isAppendOnly, warnings } = await checkRedis(url, {
      wait: patience,
    });
    const eviction = evictionPolicy ?? 'eviction policy not told';
    const file = isAppendOnly === undefined ? 'not told' : isAppendOnly ? 'on' : 'off';
    const text = `${product} ${version} at ${maskRedisUrl(url)}: ${eviction}, append-only file ${file}`;
    return warnings.length === 0
      ? [fine('redis', text)]
      : [
          {
            check: 'redis',
            severity: 'warning',
            text,
            meaning: warnings.join('; '),
            remedy:
              'no message is lost by it; put "appendonly yes" in redis.conf to keep the queues',
          },
        ];
  } catch (error) {
    return [unfit(error, patient)];
  }
}

/** As a start would choose it; while it runs without REDIS_URL, the one it has started itself. */
async function urlOf({
  redisUrl,
  runs,
  state,
  location,
}: Patient): Promise<{ readonly url?: string; readonly isUnknown?: true }> {
  if (redisUrl) return { url: redisUrl };
  if (!runs) return {};
  const own = await privateRedisUrl(join(location.dataDirectory, 'redis'));
  if (own) return { url: own };
  const recorded = state?.redis.url;
  if (!recorded) return {};
  return recorded.includes('•••') ? { isUnknown: true } : { url: recorded };
}

async function ownServer(): Promise<Finding> {
  const program = findRedisServer();
  const { stdout } = await promisify(execFile)(program, ['--version']);
  const version = /v=(\S+)/.exec(stdout)?.[1] ?? 'of an unknown version';
  return fine('redis', `none is configured: a start runs ${program} (${version}) for itself`);
}

function unknownLogin({ state }: Patient): Finding {
  return {
    check: 'redis',
    severity: 'warning',
    text: `the production uses ${state?.redis.url}, whose password is not known here`,
    meaning: 'it was not looked at',
    remedy: 'run production doctor with the same REDIS_URL as the production, or with --redis-url',
  };
}

function unfit(error: unknown, { runs }: Patient): Finding {
  const code = error instanceof EngineError ? error.code : '';
  const meanings: Readonly<Record<string, string>> = {
    REDIS_UNFIT: 'queued work can be thrown away; it comes back from the record, later',
    REDIS_NOT_INSTALLED: 'the production cannot start',
    REDIS_UNAVAILABLE: runs
      ? 'messages are recorded and wait until it is back'
      : 'the production cannot start until it is back',
  };
  return {
    check: 'redis',
    severity: 'problem',
    text: error instanceof Error ? error.message : String(error),
    meaning: meanings[code] ?? 'it could not be looked at',
    remedy: 'do what the text says; docs/errors.md has more under its code',
  };
}
