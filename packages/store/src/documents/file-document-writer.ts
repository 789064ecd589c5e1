import { createHash } from 'node:crypto';
import { unlink, type FileHandle } from 'node:fs/promises';
import type { DocumentWriter } from '@consort/core';
import { EngineError } from '@consort/core/record';
import { diskError } from '../disk-error.ts';
import { bufferSize, type BufferShelf } from './buffer-shelf.ts';

/**
 * One document on its way to disk: a temporary file that becomes `place`d under its SHA-256.
 * Small writes are gathered; what does not fit goes out together with what was gathered, uncopied.
 */
export class FileDocumentWriter implements DocumentWriter {
  readonly #path: string;
  readonly #handle: FileHandle;
  readonly #buffers: BufferShelf;
  readonly #place: (path: string, digest: string) => Promise<void>;
  readonly #hash = createHash('sha256');
  #size = 0;
  #buffer: Buffer | undefined;
  #gathered = 0;
  #writing: Promise<void> | undefined;
  #failure: EngineError | undefined;
  #hasEnded = false;

  constructor(
    path: string,
    handle: FileHandle,
    buffers: BufferShelf,
    place: (path: string, digest: string) => Promise<void>,
  ) {
    this.#path = path;
    this.#handle = handle;
    this.#buffers = buffers;
    this.#place = place;
  }

  get size(): number {
    return this.#size;
  }

  async write(bytes: Buffer): Promise<void> {
    this.#requireOpen('write to');
    this.#hash.update(bytes);
    this.#size += bytes.length;
    if (this.#gathered + bytes.length > bufferSize) return this.#writeOut(bytes);
    this.#buffer ??= this.#buffers.take();
    bytes.copy(this.#buffer, this.#gathered);
    this.#gathered += bytes.length;
  }

  async read(position: number, length: number): Promise<Buffer> {
    await this.#writing?.catch(() => undefined);
    this.#requireOpen('read from');
    const end = Math.min(position + length, this.#size);
    if (end <= position) return Buffer.alloc(0);
    const bytes = Buffer.alloc(end - position);
    const onDisk = this.#size - this.#gathered;
    const fromDisk = Math.max(0, Math.min(end, onDisk) - position);
    try {
      await readFully(this.#handle, bytes.subarray(0, fromDisk), position);
    } catch (error) {
      throw diskError(`cannot read back ${this.#path}`, error);
    }
    const start = Math.max(position, onDisk) - onDisk;
    this.#buffer?.copy(bytes, fromDisk, start, start + bytes.length - fromDisk);
    return bytes;
  }

  async commit(): Promise<{ readonly digest: string; readonly size: number }> {
    this.#requireOpen('commit');
    try {
      await this.#writeOut();
      this.#hasEnded = true;
      const digest = this.#hash.digest('hex');
      await this.#handle.sync();
      const closing = this.#handle.close();
      await this.#place(this.#path, digest);
      await closing;
      this.#releaseBuffer();
      return { digest, size: this.#size };
    } catch (error) {
      // Never tried again: after a failed sync the kernel may call the next one good without the bytes.
      await this.discard();
      throw diskError(`cannot store a document of ${this.#size} bytes`, error);
    }
  }

  async discard(): Promise<void> {
    this.#hasEnded = true;
    await this.#writing?.catch(() => undefined);
    this.#releaseBuffer();
    await this.#handle.close().catch(() => undefined);
    // It is gone when it was committed; and what cannot be removed now, `sweep` removes.
    await unlink(this.#path).catch(() => undefined);
  }

  async #writeOut(bytes?: Buffer): Promise<void> {
    const gathered = this.#buffer?.subarray(0, this.#gathered);
    const parts = [gathered, bytes].filter((part) => part !== undefined && part.length > 0);
    if (parts.length === 0) return;
    this.#writing = writeFully(this.#handle, parts as Buffer[]);
    try {
      await this.#writing;
      this.#gathered = 0;
    } catch (error) {
      this.#failure = diskError(`cannot write ${this.#path}`, error);
      throw this.#failure;
    } finally {
      this.#writing = undefined;
    }
  }

  #releaseBuffer(): void {
    if (this.#buffer) this.#buffers.giveBack(this.#buffer);
    this.#buffer = undefined;
  }

  #requireOpen(action: string): void {
    if (this.#failure) throw this.#failure;
    const reason = this.#hasEnded
      ? 'it has been committed or discarded'
      : this.#writing
        ? 'the last write has not ended; await each one'
        : undefined;
    if (reason === undefined) return;
    throw new EngineError('STORE_UNAVAILABLE', `cannot ${action} ${this.#path}: ${reason}`);
  }
}

/** Writes all bytes, in order, at the end of the file: a disk that fills up takes a part first. */
async function writeFully(handle: FileHandle, parts: readonly Buffer[]): Promise<void> {
  let left = [...parts];
  while (left.length > 0) {
    let { bytesWritten } = await handle.writev(left);
    left = left.flatMap((part) => {
      const taken = Math.min(part.length, bytesWritten);
      bytesWritten -= taken;
      return taken === part.length ? [] : [part.subarray(taken)];
    });
  }
}

async function readFully(handle: FileHandle, into: Buffer, position: number): Promise<void> {
  let done = 0;
  while (done < into.length) {
    const { bytesRead } = await handle.read(into, done, into.length - done, position + done);
    if (bytesRead === 0) throw new Error('the file is shorter than what was written to it');
    done += bytesRead;
  }
}
