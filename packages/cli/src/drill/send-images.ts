import { existsSync } from 'node:fs';
import { copyFile, readdir, rename } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Host, Production } from '@consort/core';
import type { TestSurroundings } from '../test-production/changes-for-test.ts';
import { sendTo } from '../test-production/send-to.ts';
import type { DrillImage } from './make-study.ts';

/**
 * Sends images to a service as a modality does, in one association, or puts them into its folder. What goes wrong is an
 * image that was not acknowledged.
 * @returns the SOP Instance UIDs of those that were
 */
export async function sendImages(
  production: Production,
  around: TestSurroundings,
  service: Host,
  images: readonly DrillImage[],
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  if (service.componentName === 'dicom.file-service')
    return putFiles(around, service, images, signal);
  const paths = images.map(({ path }) => path);
  const sent = await sendTo(production, around.ports, paths, { to: service.name }).catch(() => []);
  const isSent = new Set(sent.filter((file) => file.isSent).map(({ path }) => path));
  return new Set(images.filter(({ path }) => isSent.has(path)).map((one) => one.sopInstanceUid));
}

/** A file is acknowledged by being taken from the folder. */
async function putFiles(
  around: TestSurroundings,
  service: Host,
  images: readonly DrillImage[],
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const into = around.folders.get(service.name) ?? '';
  const folderOf = (setting: string, otherwise: string) => {
    const given = around.changes.settings?.[service.name]?.[setting];
    return typeof given === 'string' ? given : join(into, otherwise);
  };
  const [work, errors] = [folderOf('workPath', '.work'), folderOf('errorPath', 'errors')];
  for (const { path } of images) {
    const name = basename(path);
    if (existsSync(join(into, name))) continue;
    await copyFile(path, join(into, `.${name}.part`));
    await rename(join(into, `.${name}.part`), join(into, name));
  }
  // One that could not be stored stands among the work for a moment and comes back.
  const waiting = async () => {
    const all = [
      ...(await readdir(into)),
      ...(await readdir(work, { recursive: true }).catch(() => [])),
    ];
    return images.filter(({ path }) => all.some((name) => name.includes(basename(path))));
  };
  for (let looks = 0; looks < 3 && !signal.aborted;) {
    looks = (await waiting()).length > 0 ? 0 : looks + 1;
    await sleep(50);
  }
  const left = new Set(await waiting());
  const refused = new Set(await readdir(errors).catch(() => []));
  return new Set(
    images
      .filter((image) => !left.has(image) && !refused.has(basename(image.path)))
      .map(({ sopInstanceUid }) => sopInstanceUid),
  );
}
