import type { Command } from 'commander';
import { exitCodes } from '../exit-code.ts';
import type { Output } from '../json/outputs.ts';
import { findFiles } from '../send/find-files.ts';
import { outgoingFile, type OutgoingFile } from '../send/outgoing-file.ts';
import { addPeerOptions, type PeerOptions } from '../send/peer-options.ts';
import { findPeer, type Peer } from '../send/peer.ts';
import { failed, sendFiles, type SentFile } from '../send/send-files.ts';
import { note, print, printJson } from '../terminal/print.ts';
import { openProgressBar } from '../terminal/progress.ts';
import { style } from '../terminal/style.ts';

interface SendOptions extends PeerOptions {
  readonly json?: true;
}

/** Adds `production send`. */
export function addSend(program: Command): void {
  const verb = program
    .command('send')
    .description('send DICOM files by C-STORE, byte for byte; folders are walked')
    .argument('<files...>', 'files and folders');
  addPeerOptions(verb)
    .option('--json', 'print JSON')
    .action(async (paths: string[], _options: object, command: Command) => {
      process.exitCode = await send(paths, command.optsWithGlobals());
    });
}

async function send(paths: readonly string[], options: SendOptions): Promise<number> {
  const peer = await findPeer(options);
  const { files, skipped } = await findFiles(paths);
  for (const path of skipped) note(`skipped ${path}: not a DICOM file`);
  const { readable, unreadable } = await readHeads(files);
  const sent = [...unreadable, ...(await sendWithBar(peer, readable))];

  if (options.json) printJson(sendJson(peer, sent));
  else print(drawOutcome(peer, sent));
  return sent.length > 0 && sent.every(({ isSent }) => isSent) ? exitCodes.done : exitCodes.failed;
}

async function readHeads(files: readonly string[]): Promise<{
  readonly readable: readonly OutgoingFile[];
  readonly unreadable: readonly SentFile[];
}> {
  const readable: OutgoingFile[] = [];
  const unreadable: SentFile[] = [];
  for (const path of files) {
    try {
      readable.push(await outgoingFile(path));
    } catch (error) {
      unreadable.push(failed({ path }, error));
    }
  }
  return { readable, unreadable };
}

async function sendWithBar(
  peer: Peer,
  files: readonly OutgoingFile[],
): Promise<readonly SentFile[]> {
  const total = files.reduce((sum, { size }) => sum + size, 0);
  const bar = openProgressBar(files.length, total);
  try {
    return await sendFiles(peer, files, { file: bar.next, bytes: bar.advance });
  } finally {
    bar.close();
  }
}

function sendJson(peer: Peer, files: readonly SentFile[]): Output<'send'> {
  const sent = files.filter(({ isSent }) => isSent).length;
  return { peer: peer.name, sent, failed: files.length - sent, files: [...files] };
}

function drawOutcome(peer: Peer, files: readonly SentFile[]): string {
  const remarkable = files.filter(({ isSent, status }) => !isSent || status !== '0000');
  const sent = files.filter(({ isSent }) => isSent).length;
  const summary = `${sent} of ${files.length} ${files.length === 1 ? 'file' : 'files'} sent from ${peer.callingAeTitle} to ${peer.name}`;
  return [
    ...remarkable.map(({ path, isSent, text }) =>
      style(isSent ? 'yellow' : 'red', `${path}: ${text}`),
    ),
    style(sent === files.length && sent > 0 ? 'green' : 'red', summary),
  ].join('\n');
}
