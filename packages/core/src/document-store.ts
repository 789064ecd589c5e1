import type { FileHandle } from 'node:fs/promises';

/**
 * The bytes of images: written once, named by their SHA-256, never changed.
 *
 * A document is on stable storage when `commit` resolves: file synced, renamed into place,
 * directory synced. Nothing here reads a document as a whole.
 */
export interface DocumentStore {
  /**
   * Begins a document.
   * @throws EngineError DISK_FULL, STORE_UNAVAILABLE
   */
  create(): Promise<DocumentWriter>;

  /**
   * Opens a stored document for reading. The caller closes the handle.
   * @throws PermanentError DOCUMENT_MISSING
   */
  open(digest: string): Promise<FileHandle>;

  /**
   * Removes a document that nothing refers to any more. It is set aside first, where `open` still finds it; then
   * `mayGo` is asked, and only when it says true is it gone. Bytes that were stored in the last seconds stay, whatever
   * it says: whoever stored them has not recorded it yet. So does what a backup under way still has to copy.
   * @returns whether it is gone
   */
  remove(digest: string, mayGo: () => Promise<boolean>): Promise<boolean>;

  /** Bytes of the file system the documents are on, and how many of them are free to us. */
  space(): Promise<{ readonly size: number; readonly free: number }>;

  /** Removes what a crash left half-written, and puts back what it left set aside. Call once, before the first `create`. */
  sweep(): Promise<number>;

  close(): Promise<void>;
}

/** One document on its way to disk. Ends with exactly one of `commit` and `discard`. */
export interface DocumentWriter {
  /** Bytes taken so far. */
  readonly size: number;

  /**
   * Takes bytes, in order; the buffer may be reused once the promise resolves.
   * Await each call: that is the back-pressure of a slow disk.
   * @throws EngineError DISK_FULL, STORE_UNAVAILABLE
   */
  write(bytes: Buffer): Promise<void>;

  /** Reads back bytes already written: at most `length`, fewer at the end. */
  read(position: number, length: number): Promise<Buffer>;

  /** Syncs the bytes to disk and gives them their name. */
  commit(): Promise<{ readonly digest: string; readonly size: number }>;

  /** Forgets the bytes. Safe to call at any time, also after a failed write or commit. */
  discard(): Promise<void>;
}
