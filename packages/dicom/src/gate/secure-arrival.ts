import type { Socket } from 'node:net';
import { acceptTls, type AcceptorTls } from '../tls/accept-tls.ts';
import { tlsFailureInWords } from '../tls/tls-failure.ts';
import { tlsInfo } from '../tls/tls-info.ts';
import { Connection, type Surroundings } from './connection.ts';
import type { Ending } from './door.ts';
import type { Guest } from './hall.ts';
import { peerOf } from './peer-of.ts';
import type { ReportToPeer } from './reports-to-peer.ts';

/**
 * A connection that begins with a TLS handshake, for which it has a place among the strangers and the time of
 * ARTIM. The association that follows has the same place.
 */
export class SecureArrival implements Guest {
  readonly address: string;
  readonly #socket: Socket;
  readonly #tls: AcceptorTls;
  readonly #surroundings: Surroundings;
  #connection: Connection | undefined;
  #ending: Ending | undefined;

  constructor(socket: Socket, tls: AcceptorTls, surroundings: Surroundings) {
    this.address = socket.remoteAddress ?? '';
    this.#socket = socket;
    this.#tls = tls;
    this.#surroundings = surroundings;
  }

  async serve(): Promise<void> {
    const peer = peerOf(this.#socket);
    const { artim } = this.#surroundings.limits;
    const timer = setTimeout(
      () => this.#end({ kind: 'silent', reason: `no complete TLS handshake in ${artim / 1000} s` }),
      artim,
    );
    try {
      const secure = await acceptTls(this.#socket, this.#tls);
      this.#connection = new Connection(secure, {
        ...this.#surroundings,
        peer: { ...peer, tls: tlsInfo(secure) },
        place: this,
      });
    } catch (error) {
      this.#end({ kind: 'refused', reason: `TLS: ${tlsFailureInWords(error)}` });
      this.#surroundings.handlers.ended(peer, this.#ending!);
      return;
    } finally {
      clearTimeout(timer);
    }
    await this.#connection.serve();
  }

  evict(): void {
    if (this.#connection) this.#connection.evict();
    else this.#end({ kind: 'silent', reason: 'its place was needed for another connection' });
  }

  leave(): void {
    if (this.#connection) this.#connection.leave();
    else this.#end({ kind: 'closing', reason: 'the door is closed' });
  }

  async report(report: ReportToPeer): Promise<number | undefined> {
    return this.#connection?.report(report);
  }

  /** The first reason is the one that counts. */
  #end(ending: Ending): void {
    this.#ending ??= ending;
    this.#socket.destroy();
  }
}
