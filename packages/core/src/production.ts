import type { Component } from './component.ts';
import type { BusinessType } from './message.ts';

/** When a failed message is tried again. Milliseconds; a timeout of Infinity is for ever. */
export interface RetryPolicy {
  readonly interval: number;
  readonly timeout: number;
}

/** A host of a checked production. */
export interface Host {
  readonly name: string;
  readonly kind: Component['kind'];
  /** What the file says: `dicom.tcp-service`, `./storage-local.ts`, `npm:package`. */
  readonly componentName: string;
  readonly component: Component;
  /** Workers at the same time; 1 keeps order. */
  readonly poolSize: number;
  /** Operations: 5 s and 15 s unless the file says otherwise; absent is no retry. */
  readonly retry?: RetryPolicy;
  /** As the component's schema gave them: defaults filled in, paths absolute. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** `file:line:column` by setting name, and of the host itself under the empty name. */
  readonly origins: Readonly<Record<string, string>>;
}

/** A production that has passed every check. */
export interface Production {
  readonly name: string;
  readonly description?: string;
  /** Absolute path of the file. */
  readonly file: string;
  /** In the order of the file: services, processes, operations. */
  readonly hosts: readonly Host[];
}

/** One mistake or doubt in a production file. Lines and columns begin at 1. */
export interface Finding {
  readonly severity: 'error' | 'warning';
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
