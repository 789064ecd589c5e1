import { EngineError, formatDuration } from '@consort/core';
import { dimseStatusInWords, statusHex } from '@consort/dicom';
import type { Command } from 'commander';
import { requestControl } from '../control.ts';
import { exitCodes } from '../exit-code.ts';
import type { Output } from '../json/outputs.ts';
import { locate } from '../location.ts';
import { associate } from '../send/associate.ts';
import { addPeerOptions, type PeerOptions } from '../send/peer-options.ts';
import { findPeer } from '../send/peer.ts';
import { print, printJson } from '../terminal/print.ts';
import { style } from '../terminal/style.ts';

interface EchoOptions extends PeerOptions {
  readonly json?: true;
}

/** PS3.4 annex A: the Verification SOP class, in Implicit VR Little Endian, which every peer knows. */
const verification = {
  abstractSyntax: '1.2.840.10008.1.1',
  transferSyntaxes: ['1.2.840.10008.1.2'],
} as const;

/** Adds `production echo`. */
export function addEcho(program: Command): void {
  const verb = program
    .command('echo')
    .description('ask a DICOM peer whether it is there (C-ECHO)')
    .argument(
      '[operation]',
      'an operation of the running production: its peer is asked, by its own settings',
    );
  addPeerOptions(verb)
    .option('--json', 'print JSON')
    .action(async (operation: string | undefined, _options: object, command: Command) => {
      const options: EchoOptions = command.optsWithGlobals();
      const found = operation === undefined ? await ask(options) : await askBy(operation, options);
      process.exitCode = say(found, options);
    });
}

/** What a peer answered, and by which names it is spoken of. */
interface Echoed extends Output<'echo'> {
  readonly asker: string;
}

/** Milliseconds that a peer may take, from the connection to its answer. */
const patience = 120_000;

/** Has the running production ask the peer of one of its operations, which may speak TLS. */
async function askBy(operation: string, options: EchoOptions): Promise<Echoed> {
  if (options.to !== undefined || options.from !== undefined || options.tlsCa !== undefined) {
    throw new EngineError(
      'USAGE',
      `${operation} says by its settings whom to ask and how; leave --to, --from and the --tls options out`,
    );
  }
  const { dataDirectory } = locate(options);
  const asked = { host: operation };
  const found = (await requestControl(dataDirectory, 'echo', asked, patience)) as Output<'echo'>;
  return { ...found, asker: operation };
}

async function ask(options: EchoOptions): Promise<Echoed> {
  const peer = await findPeer(options);
  const begin = performance.now();
  const association = await associate(peer, [verification]);
  const status = await association.echo();
  await association.release().catch(() => association.abort());
  const milliseconds = Math.round(performance.now() - begin);

  return { peer: peer.name, status: statusHex(status), milliseconds, asker: peer.callingAeTitle };
}

function say({ asker, ...found }: Echoed, options: EchoOptions): number {
  const isFine = found.status === statusHex(0);
  if (options.json) printJson(found);
  else {
    const words = `${found.status} ${dimseStatusInWords(Number.parseInt(found.status, 16))}`;
    const from = `to ${asker} after ${formatDuration(found.milliseconds)}`;
    print(style(isFine ? 'green' : 'red', `${found.peer} answered ${words} ${from}`));
  }
  return isFine ? exitCodes.done : exitCodes.failed;
}
