import type { HostAlerts } from './alerts/host-alerts.ts';
import type { Component } from './component.ts';
import { EngineError } from './errors.ts';
import type { BusinessType, Invocation } from './message.ts';
import type { OpenIdConnect } from './open-id-connect.ts';
import type { FindingCode } from './production-file/findings/finding-codes.ts';
import type { ReplyCodeRule } from './reply-code-actions.ts';
import type { Schedule } from './schedule/schedule.ts';

/** When a failed message is tried again. Milliseconds; a timeout of Infinity is for ever. */
export interface RetryPolicy {
  readonly interval: number;
  readonly timeout: number;
  /** When set, each pause is twice as long as the last, up to this. */
  readonly maxInterval?: number;
}

/** The child process that a component runs in, and what ends it. */
export interface Isolation {
  /** MB that its objects may take; then it ends. */
  readonly memory: number;
  /** Milliseconds that its event loop may be blocked; then it is ended. */
  readonly silence: number;
}

/** A host of a checked production. */
export interface Host {
  readonly name: string;
  readonly kind: Component['kind'];
  /** What the file says: `dicom.tcp-service`, `./storage-local.ts`, `npm:package`. */
  readonly componentName: string;
  readonly component: Component;
  /** Whether the file wants it to run; a host that is not keeps its queue. Default true. */
  readonly enabled?: boolean;
  /** Workers at the same time; 1 keeps order. */
  readonly poolSize: number;
  /** InProc: an operation that runs in the worker of whoever sends to it, without a queue. Default Queue. */
  readonly invocation?: Invocation;
  /** Set where the component runs in a child process of its own. Default: in the thread of its host. */
  readonly isolation?: Isolation;
  /** Operations: 5 s and 15 s unless the file says otherwise; absent is no retry. */
  readonly retry?: RetryPolicy;
  /** Default `E=F`. */
  readonly replyCodeActions?: readonly ReplyCodeRule[];
  /** When it runs; absent: always. */
  readonly schedule?: Schedule;
  /** For whoever reads the file and the page. */
  readonly comment?: string;
  readonly category?: string;
  /** Whether its events of type Trace are kept. Default false. */
  readonly logTraceEvents?: boolean;
  /** Absent: there are no alerts about it, but for a thread that ends. */
  readonly alerts?: HostAlerts;
  /** As the component's schema gave them: defaults filled in, paths absolute. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** `file:line:column` by setting name, and of the host itself under the empty name. */
  readonly origins: Readonly<Record<string, string>>;
  /** Names of the settings that have something of the environment in them. */
  readonly environment?: readonly string[];
}

/** How long the record keeps what is finished. */
export interface Retention {
  /** Milliseconds that sessions stay after their end; Infinity is for ever. Those with a failure by themselves. */
  readonly completed: number;
  readonly failed: number;
  /** Parts of the file system from 0 to 1: below the first, completed sessions leave early; see `refuseBelow`. */
  readonly minFreeSpace: number;
  /** Below it no image is taken in. */
  readonly refuseBelow: number;
}

/** A production that has passed every check. */
export interface Production {
  readonly name: string;
  readonly description?: string;
  /** Who is told of alerts; absent: nobody but the event log. */
  readonly alerts?: { readonly target: string };
  /** Who vouches for whoever logs in on the page, besides its own users. */
  readonly openIdConnect?: OpenIdConnect;
  /** Absolute path of the file. */
  readonly file: string;
  readonly retention: Retention;
  /** Milliseconds that what is under way may take when the production is stopped. */
  readonly shutdownTimeout: number;
  /** The same for a host that is started anew by an update. */
  readonly updateTimeout: number;
  /** Whether messages may be sent to its hosts by hand. */
  readonly testingEnabled: boolean;
  /** In the order of the file: services, processes, operations. */
  readonly hosts: readonly Host[];
}

/** One mistake or doubt in a production file. Lines and columns begin at 1. */
export interface Finding {
  readonly severity: 'error' | 'warning';
  /** What `production explain` knows it by. */
  readonly code: FindingCode;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
  /** What to write instead, where that can be told. */
  readonly suggestion?: string;
}

/** The IRIS name of a kind of host. */
export const businessTypes: Readonly<Record<Component['kind'], BusinessType>> = {
  service: 'BusinessService',
  process: 'BusinessProcess',
  operation: 'BusinessOperation',
};

/** The error of a name that no host has. */
export function noHost(name: string, hosts: readonly Host[]): EngineError {
  return new EngineError(
    'NOT_FOUND',
    `there is no host ${JSON.stringify(name)}; there are ${hosts.map((host) => host.name).join(', ')}`,
  );
}
