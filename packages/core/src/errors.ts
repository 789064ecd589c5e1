/**
 * Every error of the engine, by code. `docs/errors.md` lists exactly these with what to do;
 * a test compares the two. A code, once published, is never given another meaning.
 */
export const errorCodes = {
  // The production file and the command line.
  PRODUCTION_INVALID: 'The production file has mistakes.',
  PRODUCTION_NOT_FOUND: 'There is no production file at the path given.',
  COMPONENT_NOT_LOADED: 'A component could not be loaded.',
  ALREADY_RUNNING: 'Another process runs a production on the same data directory.',
  NOT_RUNNING: 'Nothing answers on the control socket of the production.',
  NOT_FOUND: 'No message, session or host has the name or number given.',
  IMPORT_UNFIT: 'A file that was to be imported is no production of IRIS.',
  USAGE: 'The command line is not understood.',
  HOST_START_FAILED: 'A host could not start.',
  HOST_STOP_FAILED: 'A host was stopped, and something failed on the way.',
  HOST_DISABLED: 'A host is disabled.',
  UPDATE_REFUSED: 'A running production cannot be changed as asked.',
  TESTING_DISABLED: 'A message was to be sent by hand, which the production does not allow.',
  THREAD_ENDED: 'A thread of hosts ended unexpectedly.',
  CHILD_NOT_STARTED: 'A child process of a host could not be started.',
  CHILD_ENDED: 'A child process of a host ended, or had to be ended, while it was wanted.',
  PAGE_UNAVAILABLE: 'The page cannot be served at the address given.',
  TRACES_UNAVAILABLE: 'Traces cannot be sent to the collector that the environment names.',
  LOGIN_REQUIRED: 'A request of the API came without a login.',
  LOGIN_FAILED: 'A name and a password, or a token, belong to no user.',
  FORBIDDEN: 'A user may not do or see what was asked for.',
  TOO_MANY_REQUESTS: 'Somebody asks more often than the API allows.',
  TOO_LARGE: 'What was sent to the API, or what it is to show, is larger than it allows.',
  RECORDING_UNFIT: 'A session cannot be made a scenario.',
  RECORDING_UNSAFE: 'A scenario would have held a text of the image it was made of.',
  SELECTION_CHANGED: 'Messages are not the ones any more that an operator was shown.',
  OPENID_UNAVAILABLE: 'The OpenID provider does not answer, or not as one.',
  LAST_ADMIN: 'A change of users would leave no admin who can log in.',
  USERS_UNFIT: 'The file of users cannot be used.',
  // Messages.
  TARGET_UNKNOWN: 'A message was sent to a host the production does not have.',
  REQUEST_FAILED: 'A request failed at its target.',
  REQUEST_TIMEOUT: 'A request was not answered in time.',
  ALREADY_ANSWERED: 'A request was answered a second time.',
  ANSWER_UNEXPECTED:
    'A message was sent to a service that is not waiting for an answer in this session.',
  CYCLE: 'A host was to wait for one that waits for it.',
  DEFERRAL_UNKNOWN: 'A deferred request was answered with a token that belongs to none.',
  REPLAY_MISMATCH: 'A handler, run again, sent something else than the first time.',
  CLAIM_LOST: 'A worker finished a message that is no longer its own.',
  ABORTED: 'A message was aborted by an operator.',
  STATUS_ILLEGAL: 'A message cannot go from its status to the one asked for.',
  HANDLER_FAILED: 'A handler threw.',
  MESSAGE_SET_ASIDE: 'A message was at work each time that the child process of its host ended.',
  STOPPING: 'The production is stopping.',
  // The record and the documents.
  STORE_UNAVAILABLE: 'The message store cannot be opened or written.',
  STORE_TOO_NEW: 'The message store was written by a newer version.',
  DOCUMENT_MISSING: 'A document is not in the document store.',
  DISK_FULL: 'There is no space left to write to.',
  DOCUMENT_CORRUPT: 'The bytes of a document are not the ones that were stored.',
  BACKUP_REFUSED: 'A backup cannot be made as asked.',
  BACKUP_INVALID: 'A backup is not whole, or not as it was taken.',
  RESTORE_REFUSED: 'A restore would replace a record.',
  // DICOM and files.
  NOT_A_STORAGE_REQUEST: 'A message that has to be a C-STORE request is none.',
  RESPONSE_INVALID: 'A DIMSE response cannot be made as asked.',
  INSTANCE_MISMATCH: 'A data set names another SOP class or instance than its C-STORE command.',
  DATA_SET_UNREADABLE: 'A data set cannot be read.',
  PATH_INVALID: 'A path to a data element is not understood.',
  TAG_INVALID: 'A path has a tag that is none.',
  KEYWORD_UNKNOWN: 'A path has a keyword that the dictionary does not know.',
  NOT_A_SEQUENCE: 'A path asks for an item of a data element that is no sequence.',
  ITEM_MISSING: 'A path asks for an item that a sequence does not have.',
  VALUE_INVALID: 'A value does not fit its data element.',
  TEXT_NOT_ENCODABLE: 'A text has characters that the character set of its data set does not have.',
  DICOM_JSON_INVALID: 'A text is not a data set in the DICOM JSON model.',
  FRAMES_UNREADABLE: 'The frames of an image cannot be told apart.',
  FRAME_NOT_DRAWN: 'A frame of an image cannot be drawn.',
  PART10_UNREADABLE: 'A file is not a DICOM file that can be read.',
  NO_RULE_HOLDS: 'No rule of a router holds for an image, and nothing says what to do then.',
  CONDITION_UNDECIDED: 'The condition of a rule comes to no result for an image.',
  DIRECTORY_MISSING: 'A directory to write to does not exist.',
  FILE_NOT_WRITTEN: 'A file could not be written.',
  FILE_EXISTS: 'A file is not written because one of its name exists.',
  FILE_UNFIT: 'What stands in a watched folder is no file that can be read.',
  FILE_NOT_PUT_AWAY:
    'Files that were taken from a watched folder, or are no images, cannot be moved out of its work folder.',
  FILE_NOT_TAKEN: 'Files in a watched folder cannot be moved or read for now.',
  FOLDER_UNFIT: 'A folder of a file service cannot be used for what it is set.',
  // Alerts.
  NOT_AN_ALERT: 'A message that has to be an alert is none.',
  ALERT_NOT_DELIVERED: 'An alert could not be delivered.',
  // Redis.
  REDIS_UNAVAILABLE: 'Redis cannot be reached.',
  REDIS_UNFIT:
    'Redis is of a version or has a setting that loses messages, or refuses what queues need.',
  REDIS_NOT_INSTALLED: 'No redis-server or valkey-server is to be found.',
  // Associations with other DICOM applications.
  PEER_UNREACHABLE: 'No connection to a DICOM peer could be made.',
  TLS_FAILED: 'No TLS connection with a DICOM peer came about.',
  TLS_FILES_UNFIT: 'A certificate, a key, a CA or a revocation list cannot be used.',
  TOKEN_KEYS_UNFIT: 'The keys that tokens are verified with cannot be used.',
  PEER_TIMEOUT: 'A DICOM peer did not answer in time.',
  ASSOCIATION_FILE_UNFIT: 'A file of presentation contexts cannot be read.',
  ASSOCIATION_REJECTED: 'A DICOM peer refused an association.',
  ASSOCIATION_ABORTED: 'An association ended before everything was done.',
  CONTEXT_NOT_ACCEPTED: 'A DICOM peer accepted no presentation context for what was to be sent.',
  PEER_REFUSED: 'A DICOM peer did not do what it was asked and said so.',
  NOT_TRANSCODED: 'An image cannot be changed into a transfer syntax that its peer takes.',
  IMAGE_BREAKS_ASSOCIATION: 'A DICOM peer broke several associations in the middle of one image.',
  NOT_CONFIRMED: 'A DICOM peer answered Success to an image and does not hold it.',
  CONFIRMATION_FAILED: 'A DICOM peer could not be asked whether it holds an image.',
  COMMITMENT_TIMEOUT: 'A DICOM peer did not report about storage commitment in time.',
} as const;

export type ErrorCode = keyof typeof errorCodes;

/**
 * The one error class of the engine.
 * The message says who could not do what, with what value, and what to do; never a value of a data element.
 */
export class EngineError extends Error {
  readonly code: ErrorCode;
  /** Set when the failure began at another host. */
  readonly origin: { readonly host: string; readonly code: string } | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options: { cause?: unknown; origin?: { host: string; code: string } } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'EngineError';
    this.code = code;
    this.origin = options.origin;
  }
}

/** Thrown by a handler to fail its message now, whatever the retry policy. */
export class PermanentError extends EngineError {
  override readonly name = 'PermanentError';
}

/** Says whether a failure must not be tried again. Recognised by name, so that two copies of core agree. */
export function isPermanent(error: unknown): boolean {
  return error instanceof Error && error.name === 'PermanentError';
}

/** The code of any thrown value: its own, or HANDLER_FAILED. */
export function codeOf(error: unknown): string {
  const code = error instanceof Error ? (error as { code?: unknown }).code : undefined;
  return typeof code === 'string' && code in errorCodes ? code : 'HANDLER_FAILED';
}
