import { mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  codeOf,
  defineOperation,
  path,
  type HandlerContext,
  type Json,
  type Request,
} from '@consort/core';
import { z } from 'zod';

const settings = z.object({
  directory: path().meta({ description: 'Where the book is kept.' }),
});

type Context = HandlerContext<z.output<typeof settings>, Book>;

/** The two folders of the book. An image is a file named by its session in the folder of its study. */
interface Book {
  /** Studies that may get more images, each under its name. */
  readonly open: string;
  /** Studies on their way, each under the session of its newest image. */
  readonly closed: string;
}

/**
 * Knows which studies are open. A file for each image survives a crash, and each step can be made again:
 * with poolSize 1 one message is at work at a time.
 */
export default defineOperation({
  description: 'Keeps the images of each study until the study has gone on.',
  settings,

  async onInit({ settings: { directory } }): Promise<Book> {
    const book = { open: join(directory, 'open'), closed: join(directory, 'closed') };
    for (const folder of Object.values(book)) await mkdir(folder, { recursive: true });
    return book;
  },

  async onMessage(request, context) {
    const { type } = request.body;
    if (type === 'study.image') return add(request, context);
    if (type === 'study.quiet') return close(request, context);
    return answer(request, context);
  },
});

/** Keeps an image, and the token with which it is answered once its study has gone on. */
async function add({ header, body }: Request, { state, deferResponse }: Context): Promise<void> {
  const { study, command, document } = body;
  const folder = join(state.open, z.string().parse(study));
  const entry = {
    token: await deferResponse(),
    image: { type: 'dicom.document', command, document },
  };
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `${header.sessionId}.json`), JSON.stringify(entry), { flush: true });
  await sync(folder);
  await sync(state.open);
}

/** Closes a study when the session that asks is that of its newest image, and answers with all its images. */
async function close({ header, body }: Request, { state }: Context) {
  const from = join(state.open, z.string().parse(body['study']));
  const to = join(state.closed, String(header.sessionId));
  if ((await sessionsIn(from)).at(-1) === header.sessionId) {
    await rename(from, to);
    await sync(state.closed);
    await sync(state.open);
  }
  const images = (await entriesIn(to)).map(({ image }) => image);
  return images.length > 0 ? { type: 'study.images', images } : undefined;
}

/** Answers every image of a study that has gone on, or could not. */
async function answer({ header, body }: Request, { state, sendDeferredResponse }: Context) {
  const folder = join(state.closed, String(header.sessionId));
  for (const { token } of await entriesIn(folder)) {
    await sendDeferredResponse(token, { type: body.type }).catch((error: unknown) => {
      // Somebody has ended that image meanwhile.
      if (codeOf(error) !== 'ALREADY_ANSWERED') throw error;
    });
  }
  await rm(folder, { recursive: true, force: true });
}

/** The images in a folder, oldest first. */
async function entriesIn(folder: string) {
  const sessions = await sessionsIn(folder);
  return Promise.all(sessions.map((session) => entryOf(join(folder, `${session}.json`))));
}

async function entryOf(file: string) {
  return JSON.parse(await readFile(file, 'utf8')) as { token: string; image: Json };
}

/** The sessions of the images in a folder, oldest first; none when there is no such folder. */
async function sessionsIn(folder: string): Promise<readonly number[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return names.map((name) => Number.parseInt(name, 10)).sort((a, b) => a - b);
}

/** Names in a folder survive a power failure once it is synced. */
async function sync(folder: string): Promise<void> {
  await using handle = await open(folder);
  await handle.sync();
}
