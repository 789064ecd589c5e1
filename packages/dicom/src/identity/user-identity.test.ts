import { inShort, startParrot, words } from '@consort/testing/consort';
import { describe, expect, it } from 'vitest';
import { startService } from '../tcp-service.fixture.ts';
import service from '../tcp-service.ts';

/** PS3.7 table D.3-14. */
function identity(type: number, wantsResponse: number, primary: string, secondary = ''): Buffer {
  const field = (text: string) => {
    const length = Buffer.alloc(2);
    length.writeUInt16BE(text.length);
    return [length, Buffer.from(text)];
  };
  return words.item(
    0x58,
    Buffer.concat([Buffer.of(type, wantsResponse), ...field(primary), ...field(secondary)]),
  );
}

/** The first PDU that answers a request with these user information sub-items. */
async function answer(port: number, ...user: readonly Buffer[]): Promise<Buffer> {
  await using parrot = await startParrot(port);
  await parrot.say(words.associateRequest({ user }));
  return (await parrot.hear())!;
}

const users = [{ username: 'ct1', passcode: 'correct horse' }, { username: 'guest' }];
const response = Buffer.from([0x59, 0, 0, 2, 0, 0]);

describe('the setting userIdentity', () => {
  it('accepts the users in the list, and says so to who wants to hear it', async () => {
    await using under = await startService({ userIdentity: { users } });
    const asked = await answer(under.port, identity(2, 1, 'ct1', 'correct horse'));
    expect(asked[0]).toBe(0x02);
    expect(asked.includes(response)).toBe(true);
    const silent = await answer(under.port, identity(1, 0, 'guest'));
    expect(silent[0]).toBe(0x02);
    expect(silent.includes(response)).toBe(false);
  });

  it('B31: refuses the others, and keeps what they sent to itself', async () => {
    await using under = await startService({ userIdentity: { users } });
    const wrong: readonly [readonly Buffer[], RegExp][] = [
      [[], /it names no user;/],
      [[identity(2, 1, 'nobody-i-know', 'my-secret')], /names a user that is not in the list/],
      [[identity(2, 1, 'ct1', 'my-secret')], /its passcode for ct1 is another one/],
      [[identity(2, 1, 'ct1', 'correct horse\0')], /its passcode for ct1 is another one/],
      [[identity(1, 1, 'ct1')], /gives no passcode for ct1/],
      [[identity(3, 1, 'my-secret-ticket')], /a Kerberos ticket \(type 3\), which is not verified/],
      [[identity(4, 1, 'my-secret-saml')], /a SAML assertion \(type 4\), which is not verified/],
      [[identity(5, 1, 'my-secret-token')], /a JSON Web Token, and no tokens are set/],
    ];
    for (const [user, says] of wrong) {
      expect(inShort(await answer(under.port, ...user))).toMatch(/1.*1.*1/);
      const event = await under.said(says);
      expect(event).toMatchObject({ type: 'Warning', code: 'ASSOCIATION_REFUSED' });
    }
    expect(JSON.stringify(under.events)).not.toMatch(/my-secret|nobody-i-know|correct horse/);
  });

  it('is not asked about where it is not set, and is not answered then', async () => {
    await using under = await startService();
    const heard = await answer(under.port, identity(2, 1, 'ct1', 'whatever'));
    expect(heard[0]).toBe(0x02);
    expect(heard.includes(response)).toBe(false);
  });

  it('is warned of by check where passcodes would come in clear', () => {
    const doubts = (settings: object) =>
      service
        .check?.(
          service.settings.parse({
            port: 1,
            localAet: 'CONSORT',
            remoteAet: 'A',
            target: 'x',
            userIdentity: { users },
            ...settings,
          }),
          [],
        )
        .map(({ message }) => message);
    expect(doubts({})).toEqual([expect.stringMatching(/in clear/)]);
    expect(doubts({ tls: { cert: 'c', key: 'k', ca: 'a' } })).toEqual([]);
  });
});
