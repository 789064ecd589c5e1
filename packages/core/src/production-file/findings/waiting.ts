import type { FindingEntry } from './entry.ts';

/** Times and orders that contradict each other. */
export const waitingFindings = {
  RETRIES_OUTLAST_PEER: {
    severity: 'doubt',
    meaning: 'An operation is tried for longer than the peer of a service in front of it waits.',
    why: 'The peer is told of a failure, and the image is delivered afterwards all the same.',
    remedy: 'Shorten retry.timeout, lengthen responseTimeout, or acknowledge: stored.',
    example: {
      wrong: `name: Demo
services:
  In:
    component: dicom.tcp-service
    settings: { port: 11112, localAet: IRIS, remoteAet: PACS, responseTimeout: 8s, target: File }
operations:
  File: { component: dicom.file-operation, retry: { interval: 5s, timeout: 1m }, settings: { directory: . } }`,
      right: `name: Demo
services:
  In:
    component: dicom.tcp-service
    settings: { port: 11112, localAet: IRIS, remoteAet: PACS, responseTimeout: 8s, target: File }
operations:
  File: { component: dicom.file-operation, retry: { interval: 2s, timeout: 6s }, settings: { directory: . } }`,
    },
  },
  ACKNOWLEDGED_CAN_FAIL: {
    severity: 'doubt',
    meaning:
      'A service acknowledges what it has stored, and an operation behind it gives up after a time.',
    why: 'The peer has heard Success and will not send the image again; it would end in Error here.',
    remedy: 'retry: { timeout: -1 } keeps trying; or acknowledge: completed.',
    example: {
      wrong: `name: Demo
services:
  In:
    component: dicom.tcp-service
    settings: { port: 11112, localAet: IRIS, remoteAet: PACS, acknowledge: stored, target: File }
operations:
  File: { component: dicom.file-operation, settings: { directory: . } }`,
      right: `name: Demo
services:
  In:
    component: dicom.tcp-service
    settings: { port: 11112, localAet: IRIS, remoteAet: PACS, acknowledge: stored, target: File }
operations:
  File: { component: dicom.file-operation, retry: { timeout: -1 }, settings: { directory: . } }`,
    },
  },
  RETRY_NEVER_HAPPENS: {
    severity: 'doubt',
    meaning: 'The pause before the first retry is longer than the time in which is retried.',
    why: 'The message fails at its first try, although retry is written.',
    remedy: 'Shorten retry.interval, lengthen retry.timeout, or write timeout: 0s for one try.',
    example: {
      wrong: `name: Demo
operations:
  File: { component: dicom.file-operation, retry: { interval: 1m, timeout: 30s }, settings: { directory: . } }`,
      right: `name: Demo
operations:
  File: { component: dicom.file-operation, retry: { interval: 10s, timeout: 30s }, settings: { directory: . } }`,
    },
  },
  PAUSES_NEVER_GROW: {
    severity: 'doubt',
    meaning: 'retry.maxInterval is not longer than retry.interval.',
    why: 'Pauses begin with interval and are doubled up to maxInterval; here they never grow.',
    remedy: 'Write a longer maxInterval, or leave it out.',
    example: {
      wrong: `name: Demo
operations:
  File: { component: dicom.file-operation, retry: { interval: 10s, timeout: -1, maxInterval: 5s }, settings: { directory: . } }`,
      right: `name: Demo
operations:
  File: { component: dicom.file-operation, retry: { interval: 10s, timeout: -1, maxInterval: 5m }, settings: { directory: . } }`,
    },
  },
  ORDER_LOST: {
    severity: 'doubt',
    meaning:
      'A host asks for order with poolSize: 1, and one in front of it works on several messages at once.',
    why: 'Messages overtake each other there, so they arrive here in another order than they came.',
    remedy:
      'Write poolSize: 1 in front too; or leave poolSize: 1 out here, if order does not matter.',
    example: {
      wrong: `name: Demo
services:
  In: { component: dicom.file-service, settings: { filePath: ./in, target: Route } }
processes:
  Route: { component: dicom.router, poolSize: 4, settings: { rules: [{ send: [File] }] } }
operations:
  File: { component: dicom.file-operation, poolSize: 1, settings: { directory: . } }`,
      right: `name: Demo
services:
  In: { component: dicom.file-service, settings: { filePath: ./in, target: Route } }
processes:
  Route: { component: dicom.router, poolSize: 1, settings: { rules: [{ send: [File] }] } }
operations:
  File: { component: dicom.file-operation, poolSize: 1, settings: { directory: . } }`,
    },
  },
  ALERT_WITHOUT_END: {
    severity: 'mistake',
    meaning: 'The host that is told of alerts has an inactivityTimeout.',
    why: 'Each alert is work for it, so the alert of its inactivity ends and begins again without end.',
    remedy: 'Remove inactivityTimeout there.',
    example: {
      wrong: `name: Demo
operations:
  Hook: { component: alert.webhook, inactivityTimeout: 1h, settings: { url: "\${HOOK_URL}" } }
alerts: { target: Hook }`,
      right: `name: Demo
operations:
  Hook: { component: alert.webhook, settings: { url: "\${HOOK_URL}" } }
alerts: { target: Hook }`,
    },
  },
  ALERT_KEY_IDLE: {
    severity: 'doubt',
    meaning: 'A key says when to alert of errors, and alertOnError is not set.',
    why: 'The key does nothing.',
    remedy: 'Add alertOnError: true, or remove the key.',
    example: {
      wrong: `name: Demo
operations:
  File: { component: dicom.file-operation, alertRetryGracePeriod: 1m, settings: { directory: . } }`,
      right: `name: Demo
operations:
  File: { component: dicom.file-operation, alertOnError: true, alertRetryGracePeriod: 1m, settings: { directory: . } }`,
    },
  },
} as const satisfies Readonly<Record<string, FindingEntry>>;
