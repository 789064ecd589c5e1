import { formatDuration } from '@consort/core';
import { dimseStatusInWords, statusHex } from '@consort/dicom';
import type { Command } from 'commander';
import { exitCodes } from '../exit-code.ts';
import type { Output } from '../json/outputs.ts';
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
  const verb = program.command('echo').description('ask a DICOM peer whether it is there (C-ECHO)');
  addPeerOptions(verb)
    .option('--json', 'print JSON')
    .action(async (_options: object, command: Command) => {
      process.exitCode = await echo(command.optsWithGlobals());
    });
}

async function echo(options: EchoOptions): Promise<number> {
  const peer = await findPeer(options);
  const begin = performance.now();
  const association = await associate(peer, [verification]);
  const status = await association.echo();
  await association.release().catch(() => association.abort());
  const milliseconds = Math.round(performance.now() - begin);

  const isFine = status === 0;
  if (options.json) {
    const found: Output<'echo'> = { peer: peer.name, status: statusHex(status), milliseconds };
    printJson(found);
  } else {
    const words = `${statusHex(status)} ${dimseStatusInWords(status)}`;
    const from = `to ${peer.callingAeTitle} after ${formatDuration(milliseconds)}`;
    print(style(isFine ? 'green' : 'red', `${peer.name} answered ${words} ${from}`));
  }
  return isFine ? exitCodes.done : exitCodes.failed;
}
