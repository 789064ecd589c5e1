import type { Component } from '@consort/core';

/** What stands in place of a class of IRIS or of its samples. */
export interface ClassRow {
  readonly className: string;
  /** Absent: there is no host for it. */
  readonly component?: string;
  readonly kind: Component['kind'];
  /** What there is to know, or why there is no host for it. */
  readonly note: string;
}

/** The classes that are known, in the order of the documentation. */
export const classRows: readonly ClassRow[] = [
  {
    className: 'EnsLib.DICOM.Service.TCP',
    component: 'dicom.tcp-service',
    kind: 'service',
    note: 'its answers come from the response of its target',
  },
  {
    className: 'EnsLib.DICOM.Operation.TCP',
    component: 'dicom.tcp-operation',
    kind: 'operation',
    note: 'it opens, keeps and releases associations by itself',
  },
  {
    className: 'EnsLib.DICOM.Service.File',
    component: 'dicom.file-service',
    kind: 'service',
    note: '',
  },
  {
    className: 'Demo.DICOM.Operation.File',
    component: 'dicom.file-operation',
    kind: 'operation',
    note: '',
  },
  {
    className: 'Demo.DICOM.Process.RouterDispatcher',
    component: 'dicom.router',
    kind: 'process',
    note: 'its filers are not needed: rules name the operations',
  },
  {
    className: 'Demo.DICOM.Process.AsyncRouterDispatcher',
    component: 'dicom.router',
    kind: 'process',
    note: 'with `answer: atOnce`',
  },
  {
    className: 'Demo.DICOM.Process.RouterFiler',
    kind: 'process',
    note: 'dicom.router sends to operations by itself',
  },
  {
    className: 'Demo.DICOM.Process.AsyncRouterFiler',
    kind: 'process',
    note: 'dicom.router sends to operations by itself, which keep an association for the next image',
  },
  {
    className: 'EnsLib.EMail.AlertOperation',
    component: 'alert.email',
    kind: 'operation',
    note: 'named Ens.Alert, or behind it',
  },
  {
    className: 'Ens.ProductionMonitorService',
    kind: 'service',
    note: '`production update` applies a changed file',
  },
  {
    className: 'Ens.Activity.Operation.Local',
    kind: 'operation',
    note: '/metrics counts what hosts do',
  },
  {
    className: 'EnsLib.JavaGateway.Service',
    kind: 'service',
    note: 'components are TypeScript; nothing goes through a gateway',
  },
];

/** The classes whose name says what hosts of it are, where a class of one's own extends them. */
export const kindsOfSuperclasses: Readonly<Record<string, Component['kind']>> = {
  'Ens.BusinessService': 'service',
  'Ens.BusinessProcess': 'process',
  'Ens.BusinessProcessBPL': 'process',
  'Ens.BusinessOperation': 'operation',
  'EnsLib.DICOM.Process': 'process',
  'EnsLib.DICOM.Service.TCP': 'service',
  'EnsLib.DICOM.Service.File': 'service',
  'EnsLib.DICOM.Operation.TCP': 'operation',
};
