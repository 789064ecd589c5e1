import type { Socket } from 'node:net';
import { Deadline } from './deadline.ts';
import type { Limits } from './limits.ts';
import { PduDecoder } from './pdu-decoder.ts';
import type { PduEvent } from './pdu.ts';
import { OutOfPatience, type ProtocolError } from './protocol-error.ts';
import { Patience } from './patience.ts';

/**
 * A socket as a stream of PDU events that is read no faster than it is taken, and a way to write.
 *
 * While nobody asks for an event, at most about one PDU is read ahead: enough to notice that the peer is
 * gone. Whoever opens a channel ends it with `close` or `destroy`.
 */
export class PduChannel {
  readonly #socket: Socket;
  readonly #limits: Limits;
  readonly #decoder: PduDecoder;
  readonly #queue: Buffer[] = [];
  #queued = 0;
  readonly #gone = new AbortController();
  readonly #closed = Promise.withResolvers<void>();
  #wake: (() => void) | undefined;
  #interruption: ProtocolError | undefined;
  #isDraining = false;
  #isLeftUnread = false;
  readonly #deadline: Deadline;
  /** How long to wait for the peer's next bytes; the owner says so at every change of state. */
  readonly patience: Patience;

  constructor(socket: Socket, limits: Limits) {
    this.#socket = socket;
    this.#limits = limits;
    this.#decoder = new PduDecoder(limits);
    this.#deadline = new Deadline(() => this.#outOfPatience());
    this.patience = new Patience(
      limits,
      () => this.#wake && this.#deadline.set(this.patience.until),
    );
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    socket.on('end', () => this.#end());
    socket.on('error', () => this.#end()); // What failed does not matter: the peer is gone.
    socket.on('close', () => {
      this.#end();
      this.#deadline.close();
      this.#closed.resolve();
    });
  }

  /** Aborted when the peer has closed its direction, or the connection broke. */
  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  /** How the connection ended without a word, to follow the name of the peer. */
  get ending(): string {
    if (!this.#isLeftUnread) return 'closed the connection';
    return `left what we sent unread for ${this.#limits.progressWindow / 1000} s and lost the connection`;
  }

  /** The type byte of the PDU that has begun to arrive but was not told of yet. */
  get untold(): number | undefined {
    return this.#decoder.untold ?? this.#queue[0]?.[0];
  }

  /**
   * The next event; a promise only when its bytes are not here yet. Undefined when the connection has ended.
   * The caller is done with the event before it asks for another.
   * @throws ProtocolError, also when the peer is too slow or `interrupt` was called
   */
  next(): PduEvent | undefined | Promise<PduEvent | undefined> {
    if (this.#interruption) throw this.#interruption;
    return this.#decoder.next() ?? this.#read();
  }

  /** Makes the present or next `next` throw. */
  interrupt(error: ProtocolError): void {
    this.#interruption ??= error;
    this.#wake?.();
  }

  /**
   * Writes, and resolves when the bytes have been handed to the live connection: true, or false when there
   * was none. A peer that leaves them unread for `progressWindow` loses the connection.
   */
  async send(bytes: Buffer): Promise<boolean> {
    if (!this.#socket.writable || this.#gone.signal.aborted) return false;
    const written = Promise.withResolvers<boolean>();
    const timer = setTimeout(() => {
      this.#isLeftUnread = true;
      void this.destroy();
    }, this.#limits.progressWindow);
    this.#socket.write(bytes, (error) => written.resolve(!error));
    const isWritten = await written.promise;
    clearTimeout(timer);
    return isWritten;
  }

  /**
   * Sends a last PDU and the end of our direction, reads on without looking (so that the PDU is not lost to a
   * reset), and resolves when the peer has closed too, or ARTIM has passed: PS3.8 section 9.2.3, Sta13.
   */
  async close(lastPdu?: Buffer): Promise<void> {
    this.#isDraining = true;
    this.#queue.length = 0;
    this.#deadline.set(Infinity);
    if (this.#socket.destroyed) return this.#closed.promise;
    if (this.#gone.signal.aborted && !lastPdu) return this.destroy();
    const artim = setTimeout(() => void this.destroy(), this.#limits.artim);
    if (lastPdu) this.#socket.write(lastPdu);
    this.#socket.end();
    this.#socket.resume();
    if (this.#gone.signal.aborted) this.#socket.destroySoon();
    await this.#closed.promise;
    clearTimeout(artim);
  }

  /** Ends the connection now. */
  async destroy(): Promise<void> {
    this.#isDraining = true;
    this.#socket.destroy();
    await this.#closed.promise;
  }

  /** Ends the connection as soon as what was written is with the kernel: nobody waits for an answer. */
  destroySoon(): void {
    this.#socket.destroySoon();
  }

  async #read(): Promise<PduEvent | undefined> {
    for (;;) {
      const chunk = this.#queue.shift() ?? (await this.#chunk());
      if (this.#interruption) throw this.#interruption;
      if (!chunk) return undefined;
      this.#queued -= chunk.length;
      if (this.#socket.isPaused() && this.#queue.length === 0) this.#socket.resume();
      this.#decoder.push(chunk);
      const event = this.#decoder.next();
      if (event) return event;
    }
  }

  /** Waits for bytes as long as patience lasts; undefined when none will come. */
  async #chunk(): Promise<Buffer | undefined> {
    if (this.#gone.signal.aborted || this.#interruption) return undefined;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    this.patience.startWait();
    this.#deadline.set(this.patience.until);
    await promise;
    this.#wake = undefined;
    this.#deadline.set(Infinity);
    const chunk = this.#queue.shift();
    this.patience.endWait(chunk?.length ?? 0);
    return chunk;
  }

  #receive(chunk: Buffer): void {
    if (this.#isDraining) return;
    this.#queue.push(chunk);
    this.#queued += chunk.length;
    if (this.#wake) return this.#wake();
    // Small chunks count too: each costs more than its bytes.
    if (this.#queued >= this.#limits.announcedPduLength || this.#queue.length >= 64) {
      this.#socket.pause();
    }
  }

  #end(): void {
    this.#gone.abort();
    this.#wake?.();
  }

  #outOfPatience(): void {
    if (this.patience.isGivenMore()) return this.#deadline.set(this.patience.until);
    this.interrupt(new OutOfPatience({ source: 2, reason: 0 }, this.patience.complaint));
  }
}
