import type { Component } from '@consort/core';

/** The components that come with Consort, by the name a production file uses. Loaded only when named. */
export const builtins: Readonly<Record<string, () => Promise<{ readonly default: Component }>>> = {
  'dicom.tcp-service': () => import('@consort/dicom/tcp-service'),
  'dicom.file-service': () => import('@consort/dicom/file-service'),
  'dicom.tcp-operation': () => import('@consort/dicom/tcp-operation'),
  'dicom.file-operation': () => import('@consort/dicom/file-operation'),
  'dicom.storage-commitment': () => import('@consort/dicom/storage-commitment'),
  'dicom.router': () => import('@consort/dicom/router'),
  'process.exec': () => import('./exec/process.ts'),
  'alert.webhook': () => import('./alerts/webhook.ts'),
  'alert.email': () => import('./alerts/email.ts'),
};
