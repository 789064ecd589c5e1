import { createHash, randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { DocumentStore, DocumentWriter } from '@consort/core';

/**
 * The contract of the document store as tests; every implementation runs them.
 * @param open opens a store, or opens the same one again when it is called again within a test
 */
export function testDocumentStore(name: string, open: () => Promise<DocumentStore>): void {
  describe(`${name} as a document store`, () => {
    let store: DocumentStore;

    beforeEach(async () => {
      store = await open();
    });
    afterEach(() => store.close());

    const write = async (bytes: Buffer, piece = 16 * 1024): Promise<DocumentWriter> => {
      const writer = await store.create();
      for (let at = 0; at < bytes.length; at += piece) {
        // A buffer of its own that is spoilt afterwards: the contract lets the caller use it again.
        const part = Buffer.from(bytes.subarray(at, at + piece));
        await writer.write(part);
        part.fill(0xff);
      }
      return writer;
    };
    const read = async (digest: string): Promise<Buffer> => {
      const handle = await store.open(digest);
      try {
        return await handle.readFile();
      } finally {
        await handle.close();
      }
    };

    test.each([0, 1, 16_384, 262_144, 262_145, 1_000_003])(
      'a document of %i bytes is kept under its SHA-256',
      async (length) => {
        const bytes = randomBytes(length);
        const writer = await write(bytes);
        expect(writer.size).toBe(length);
        const stored = await writer.commit();
        expect(stored).toEqual({ digest: sha256(bytes), size: length });
        expect((await read(stored.digest)).equals(bytes)).toBe(true);
      },
    );

    test.each([1, 1000, 65_536, 300_000])('pieces of %i bytes arrive in order', async (piece) => {
      const bytes = randomBytes(piece === 1 ? 5_000 : 900_001);
      const { digest } = await (await write(bytes, piece)).commit();
      expect(digest).toBe(sha256(bytes));
      expect((await read(digest)).equals(bytes)).toBe(true);
    });

    test('the same bytes twice are one document', async () => {
      const bytes = randomBytes(100_000);
      const first = await (await write(bytes)).commit();
      const second = await (await write(bytes)).commit();
      expect(second).toEqual(first);
      expect((await read(first.digest)).equals(bytes)).toBe(true);
    });

    test('a document that is open for reading stays whole while its bytes are stored again', async () => {
      const bytes = randomBytes(100_000);
      const { digest } = await (await write(bytes)).commit();
      const handle = await store.open(digest);
      await (await write(bytes)).commit();
      expect((await handle.readFile()).equals(bytes)).toBe(true);
      await handle.close();
    });

    test('twenty writers of the same bytes at the same time all succeed', async () => {
      const bytes = randomBytes(300_000);
      const stored = await Promise.all(
        Array.from({ length: 20 }, async () => (await write(bytes)).commit()),
      );
      expect(new Set(stored.map(({ digest }) => digest))).toEqual(new Set([sha256(bytes)]));
      expect((await read(sha256(bytes))).equals(bytes)).toBe(true);
      expect(await store.sweep()).toBe(0);
    });

    test('what is discarded leaves nothing', async () => {
      const bytes = randomBytes(600_000);
      const writer = await write(bytes);
      await writer.discard();
      await expect(store.open(sha256(bytes))).rejects.toMatchObject({ code: 'DOCUMENT_MISSING' });
      expect(await store.sweep()).toBe(0);
      await writer.discard();
    });

    test('discard after commit does not touch the document', async () => {
      const bytes = randomBytes(1_000);
      const writer = await write(bytes);
      await writer.commit();
      await writer.discard();
      expect((await read(sha256(bytes))).equals(bytes)).toBe(true);
    });

    test('a writer that has ended takes nothing more', async () => {
      const writer = await write(randomBytes(10));
      await writer.commit();
      const refused = { code: 'STORE_UNAVAILABLE' };
      await expect(writer.write(Buffer.from('more'))).rejects.toMatchObject(refused);
      await expect(writer.commit()).rejects.toMatchObject(refused);
    });

    test('what has been written can be read back before it is committed', async () => {
      const bytes = randomBytes(700_000);
      const writer = await write(bytes.subarray(0, 300));
      expect((await writer.read(0, 10_000)).equals(bytes.subarray(0, 300))).toBe(true);
      for (let at = 300; at < bytes.length; at += 20_000) {
        await writer.write(Buffer.from(bytes.subarray(at, at + 20_000)));
        const end = Math.min(at + 20_000, bytes.length);
        const start = Math.max(0, end - 30_000);
        const tail = await writer.read(start, 30_000);
        expect(tail.equals(bytes.subarray(start, end))).toBe(true);
        expect((await writer.read(128, 100)).equals(bytes.subarray(128, 228))).toBe(true);
      }
      expect((await writer.read(0, bytes.length)).equals(bytes)).toBe(true);
      expect(await writer.read(bytes.length, 10)).toHaveLength(0);
      expect(await writer.read(bytes.length - 5, 10)).toHaveLength(5);
      expect((await writer.commit()).digest).toBe(sha256(bytes));
    });

    test('100 MB pass through without being held', async () => {
      const block = randomBytes(1024 * 1024);
      const hash = createHash('sha256');
      const writer = await store.create();
      let most = 0;
      globalThis.gc?.();
      const before = process.memoryUsage().arrayBuffers;
      for (let n = 0; n < 100; n++) {
        block.writeUInt32BE(n);
        hash.update(block);
        for (let at = 0; at < block.length; at += 65_536) {
          await writer.write(block.subarray(at, at + 65_536));
        }
        most = Math.max(most, process.memoryUsage().arrayBuffers - before);
      }
      const { digest, size } = await writer.commit();
      expect(digest).toBe(hash.digest('hex'));
      expect(size).toBe(100 * 1024 * 1024);
      expect(most).toBeLessThan(16 * 1024 * 1024);
    });

    test('a document that is not there is missing, whatever the name', async () => {
      for (const digest of ['0'.repeat(64), '', '../messages.db', 'A'.repeat(64)]) {
        await expect(store.open(digest)).rejects.toMatchObject({ code: 'DOCUMENT_MISSING' });
      }
    });

    test('sweep removes what was left half-written and nothing else', async () => {
      const bytes = randomBytes(1_000);
      await (await write(bytes)).commit();
      const left = [await write(randomBytes(400_000)), await store.create()];
      expect(await store.sweep()).toBe(2);
      expect(await store.sweep()).toBe(0);
      expect((await read(sha256(bytes))).equals(bytes)).toBe(true);
      for (const writer of left) await writer.discard();
    });

    test('a document is there after the store has been opened again', async () => {
      const bytes = randomBytes(1_000);
      const { digest } = await (await write(bytes)).commit();
      await store.close();
      store = await open();
      expect((await read(digest)).equals(bytes)).toBe(true);
    });
  });
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
