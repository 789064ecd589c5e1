import { words } from '@consort/testing/consort';
import type { ServiceContext } from '@consort/core';
import { expect, test } from 'vitest';
import { admission } from '../admission.ts';
import type { TcpServiceSettings } from '../tcp-service.ts';
import { associate, unheard } from './door.fixture.ts';
import { openDoor, type StoreCommand } from './door.ts';

test('who had an image moved is told with it, unless that is no AE title', async () => {
  const commands: StoreCommand[] = [];
  const settings = { localAet: ['CONSORT'], remoteAet: ['PARROT'] };
  const context = { settings } as unknown as ServiceContext<TcpServiceSettings>;
  const door = await openDoor(
    { interface: '127.0.0.1', port: 0, maxAssociations: 1 },
    {
      admit: admission(context, unheard),
      store(command) {
        commands.push(command);
        const end = async () => ({ status: 0 });
        return { end, write: async () => undefined, discard: async () => undefined };
      },
      ended() {},
    },
  );
  {
    await using parrot = await associate(door.port);
    for (const title of ['WORKSTATION ', 'not\na title', 'X'.repeat(5000)]) {
      const elements = { 0x1030: title, 0x1031: 12 };
      await parrot.say(words.storeRequest(elements), words.dataSet(Buffer.alloc(8)));
      await parrot.hear();
    }
  }
  await door.close(0);
  const originators = commands.map((command) => [
    command.moveOriginatorApplicationEntityTitle,
    command.moveOriginatorMessageId,
  ]);
  const none = [undefined, undefined];
  expect(originators).toEqual([['WORKSTATION', 12], none, none]);
});
