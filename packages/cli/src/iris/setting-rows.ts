import type { Component } from '@consort/core';

/** How a value of IRIS becomes one of ours. */
export type Conversion =
  | 'text'
  | 'whole number'
  | 'whole number, 0 for none'
  | 'yes or no'
  | 'seconds'
  | 'seconds, 0 for none'
  | 'host'
  | 'reply codes'
  | 'when a file is complete'
  | 'address'
  | 'list'
  | 'left out';

/** What becomes of one setting of IRIS. */
export interface SettingRow {
  readonly iris: string;
  /** The key in a host, `settings.port`; none where it is left out. */
  readonly ours: string;
  readonly as: Conversion;
  /** What there is to know, or why it is left out. */
  readonly note: string;
}

type Row = readonly [iris: string, ours: string, as: Conversion, note?: string];

function rows(...given: readonly Row[]): readonly SettingRow[] {
  return given.map(([iris, ours, as, note = '']) => ({ iris, ours, as, note }));
}

function leftOut(iris: string, note: string): Row {
  return [iris, '', 'left out', note];
}

/** The settings of a production. */
export const productionRows = rows(
  ['TestingEnabled', 'testingEnabled', 'yes or no'],
  ['ShutdownTimeout', 'shutdownTimeout', 'seconds'],
  ['UpdateTimeout', 'updateTimeout', 'seconds'],
  leftOut('ActorPoolSize', 'there is no shared pool: each process has a poolSize of its own'),
  leftOut('LogGeneralTraceEvents', 'logTraceEvents of a host keeps its events of type Trace'),
  leftOut('StorageLocation', 'documents are in the data directory, which --data names'),
);

const everyHost = rows(
  ['Enabled', 'enabled', 'yes or no'],
  ['Category', 'category', 'text'],
  ['Comment', 'comment', 'text'],
  ['Schedule', 'schedule', 'text'],
  ['LogTraceEvents', 'logTraceEvents', 'yes or no'],
  ['AlertOnError', 'alertOnError', 'yes or no'],
  ['InactivityTimeout', 'inactivityTimeout', 'seconds, 0 for none'],
  leftOut('Foreground', 'a host has no terminal; production dev shows what it does'),
  leftOut('ArchiveIO', 'every document is kept as it came, by retention'),
  leftOut('ThrottleDelay', 'there is no pause between messages'),
  leftOut('TraceVerbosity', 'production associations and events say what is negotiated'),
  leftOut('AlertGroups', 'alerts.target gets the name of the host with each alert'),
  leftOut('BusinessPartner', 'category and comment are the labels of a host'),
  leftOut('GenerateSuperSessionID', 'a session stays within its production'),
  leftOut('SendSuperSession', 'a session stays within its production'),
  leftOut('StorageLocation', 'documents are in the data directory, which --data names'),
);

const withQueue = rows(
  ['PoolSize', 'poolSize', 'whole number, 0 for none', '0, the shared pool, becomes 1'],
  ['RetryInterval', 'retry.interval', 'seconds'],
  ['FailureTimeout', 'retry.timeout', 'seconds', '-1 is for ever in both'],
  ['ReplyCodeActions', 'replyCodeActions', 'reply codes', 'codes of errors are other ones'],
  ['AlertRetryGracePeriod', 'alertRetryGracePeriod', 'seconds'],
  ['QueueCountAlert', 'queueCountAlert', 'whole number, 0 for none'],
  ['QueueWaitAlert', 'queueWaitAlert', 'seconds, 0 for none'],
);

/** The settings of every host of a kind. */
export const kindRows: Readonly<Record<Component['kind'], readonly SettingRow[]>> = {
  service: [...everyHost, ...rows(['AlertGracePeriod', 'alertGracePeriod', 'seconds'])],
  process: [
    ...everyHost,
    ...withQueue,
    ...rows(leftOut('ServiceDuplexName', 'what onRequest returns goes back to whoever asked')),
  ],
  operation: [...everyHost, ...withQueue],
};

const ofConnections = [
  leftOut('JobPerConnection', 'a connection needs no process of its own'),
  leftOut('QSize', 'connections that wait are bounded by the gate'),
  leftOut('ARTIM', 'it is 15 s (PS3.8 section 9.1.5)'),
  leftOut('TXTIM', 'a peer has to keep a pace, see docs/hostile-input.md'),
  leftOut('CallInterval', 'nothing polls for connections'),
  leftOut('SSLConfig', 'write tls with the files of certificate, key and CAs'),
];

/** The settings of the hosts that a component of ours stands in for; they go before those of the kind. */
export const componentRows: Readonly<Record<string, readonly SettingRow[]>> = {
  'dicom.tcp-service': rows(
    ['IPPort', 'settings.port', 'whole number'],
    ['LocalInterface', 'settings.interface', 'address'],
    ['LocalAET', 'settings.localAet', 'text'],
    ['RemoteAET', 'settings.remoteAet', 'text'],
    ['DuplexTargetConfigName', 'settings.target', 'host'],
    ['TargetConfigNames', 'settings.target', 'host'],
    leftOut('IPAddress', 'peers has addresses, for each AE title its own'),
    leftOut('PoolSize', 'one listener; maxAssociations says how many at the same time'),
    leftOut('RetryInterval', 'a service retries nothing: its target does'),
    leftOut('FailureTimeout', 'a service retries nothing: its target does'),
    ...ofConnections,
  ),
  'dicom.tcp-operation': rows(
    ['IPAddress', 'settings.host', 'text'],
    ['IPPort', 'settings.port', 'whole number'],
    ['LocalAET', 'settings.localAet', 'text'],
    ['RemoteAET', 'settings.remoteAet', 'text'],
    leftOut('DuplexTargetConfigName', 'the response goes back to whoever sent the image'),
    leftOut('LocalInterface', 'the system chooses the interface'),
    ...ofConnections,
  ),
  'dicom.file-service': rows(
    ['FilePath', 'settings.filePath', 'text'],
    ['FileSpec', 'settings.fileSpec', 'text'],
    ['ArchivePath', 'settings.archivePath', 'text'],
    ['WorkPath', 'settings.workPath', 'text'],
    ['SubdirectoryLevels', 'settings.subdirectoryLevels', 'whole number'],
    ['CallInterval', 'settings.callInterval', 'seconds'],
    ['ConfirmComplete', 'settings.confirmComplete', 'when a file is complete'],
    ['FileAccessTimeout', 'settings.fileAccessTimeout', 'seconds'],
    ['TargetConfigName', 'settings.target', 'host'],
    ['TargetConfigNames', 'settings.target', 'host'],
    leftOut('PoolSize', 'one watcher, which reads several files at a time by itself'),
    leftOut('AppendTimestamp', 'a file whose name is taken in the archive gets a suffix'),
    leftOut('SemaphoreSpecification', 'confirmComplete says when a file is complete'),
    leftOut('UseStorageLocation', 'documents are in the data directory, which --data names'),
  ),
  'dicom.file-operation': rows(['FileStorageDirectory', 'settings.directory', 'text']),
  'dicom.router': rows(
    leftOut('FilerConfigNames', 'rules name the operations that images are sent to'),
    leftOut('RuleClass', 'write what it decides as rules'),
    leftOut('StoreIgnoredEntries', 'otherwise says where an image goes that no rule holds for'),
  ),
  'alert.email': rows(
    ['SMTPServer', 'settings.host', 'text'],
    ['SMTPPort', 'settings.port', 'whole number'],
    ['From', 'settings.from', 'text'],
    ['Recipient', 'settings.to', 'list'],
    leftOut('Credentials', 'write user and password, with a ${VARIABLE} for the password'),
    leftOut('SSLConfig', 'tls says how, startTls without it'),
    leftOut('Subject', 'it is the text of the alert'),
  ),
};
