/** One fault of the matrix, and what shows that a production stands it. */
export interface Row {
  readonly name: string;
  readonly fault: string;
  readonly expected: string;
  /** Test files, with the name of the test in them where it is one of several. */
  readonly proofs: readonly Proof[];
  /** What of the fault is not injected, and why. */
  readonly gap?: string;
}

/** Tests that show it. */
export interface Proof {
  readonly file: string;
  /** Part of their names; by default all of the file. */
  readonly named?: string;
}

/** Rows that have scenarios of their own in a file of this folder: their tests begin with the row's name. */
function own(name: string, ...files: readonly string[]): readonly Proof[] {
  return files.map((file) => ({ file: `tests/faults/${file}`, named: name }));
}

const durability = (name: string): Proof => ({ file: `tests/durability/${name}.test.ts` });

/** The matrix, in order. A row is shown by the tests that it names; those of other folders are the same for every seed. */
export const rows: readonly Row[] = [
  {
    name: 'F1',
    fault: 'SIGKILL at each step of taking an image in, writing and answering it',
    expected: 'before the commit no message, after it exactly one; every Success is a file',
    proofs: own('F1:', 'acceptance.test.ts'),
  },
  {
    name: 'F2',
    fault: 'SIGKILL at each system call that writes, by strace',
    expected: 'as F1',
    proofs: own('F2:', 'system-calls.faults.ts'),
  },
  {
    name: 'F4',
    fault: 'none: the order of the system calls before each of 100 answers',
    expected: 'document, name and log are synced before the answer is written, each time',
    proofs: [durability('strace'), ...own('F4:', 'system-calls.faults.ts')],
  },
  {
    name: 'F5',
    fault: 'fsync returns EIO once, or always',
    expected:
      'A700; never tried again and called good; a log or folder that failed refuses all until a start',
    proofs: [
      ...own('F5:', 'system-calls.faults.ts'),
      { file: 'packages/store/src/messages/failed-sync.test.ts' },
    ],
  },
  {
    name: 'F6',
    fault: 'full disk under the documents',
    expected: 'A700, nothing recorded, Success again once there is room',
    proofs: [{ ...durability('full-disk'), named: 'where the documents are' }],
    gap: 'the association is accepted and the object refused, each time; there is no transient rejection',
  },
  {
    name: 'F7',
    fault: 'full disk under the record',
    expected: 'A700; what was under way goes on once there is room',
    proofs: [{ ...durability('full-disk'), named: 'where record and Redis are' }],
  },
  {
    name: 'F8',
    fault: 'no inodes left',
    expected: 'as F6',
    proofs: own('F8:', 'disks.faults.ts'),
  },
  {
    name: 'F9',
    fault: 'the disk of the documents becomes read-only',
    expected: 'A700, and Success again once it can be written',
    proofs: own('F9:', 'disks.faults.ts'),
  },
  {
    name: 'F11',
    fault: 'a bit of a stored document turns over; its end is cut off',
    expected: 'not handed on; DOCUMENT_CORRUPT, its message in Error, others go on',
    proofs: own('F11, F12:', 'damage.test.ts'),
    gap: 'the sender is not asked for the image again by itself',
  },
  {
    name: 'F12',
    fault: 'a stored document is deleted',
    expected: 'DOCUMENT_MISSING, its message in Error, others go on',
    proofs: own('F11, F12:', 'damage.test.ts'),
  },
  {
    name: 'F13',
    fault: 'the database is cut, emptied or deleted, its log deleted, its index garbage',
    expected: 'the start refuses and says which file, or all is there; never an empty record',
    proofs: own('F13:', 'database.faults.ts'),
    gap: 'a log that is cut in the middle looks as after a power failure: what stood behind the cut is gone unnoticed',
  },
  {
    name: 'F14',
    fault: 'SIGKILL between the answer of the peer an image is sent on to and the record of it',
    expected: 'that image is sent once more for each kill, no other; none is lost; order kept',
    proofs: [...own('F14:', 'forwarding.test.ts'), { file: 'tests/sending/killed.test.ts' }],
    gap: 'the record has one receipt of the two: nothing says that the peer may have the image twice',
  },
  {
    name: 'F15',
    fault: 'the process is stopped (SIGSTOP) while another is to take its place',
    expected: 'it keeps its store: the other refuses to start; continued, it goes on',
    proofs: [
      ...own('F15:', 'processes.faults.ts'),
      {
        file: 'packages/store/src/messages/open-message-store.test.ts',
        named: 'given to another can do nothing',
      },
    ],
    gap: 'stopped for seconds, not for 90; nothing is taken over, as a store belongs to one process',
  },
  {
    name: 'F16',
    fault: 'the event loop of a custom component with isolation: process is blocked for good',
    expected:
      'its process alone is ended and started again; the door and the other hosts go on; nothing is lost or written twice, also when the production is killed meanwhile',
    proofs: [
      ...own('F16:', 'custom-code.faults.ts'),
      { file: 'tests/isolation/isolation.test.ts', named: '(block)' },
    ],
    gap: 'a component in the thread of its host keeps the others of that thread waiting: doors go on, nothing is lost, nothing is ended',
  },
  {
    name: 'F17',
    fault: 'custom code throws, rejects, exits, uses up its memory, breaks the protocol',
    expected:
      'the message is tried again, and set aside after three ends of its process; the others go on, none is blamed for its neighbour',
    proofs: [
      ...own('F17:', 'custom-code.faults.ts'),
      { file: 'tests/isolation/isolation.test.ts' },
      { file: 'tests/exec/exec.test.ts' },
    ],
    gap: 'the memory of a child of process.exec is limited by address space only, and only where prlimit is there',
  },
  {
    name: 'F18',
    fault: 'Redis killed and started again, with an append-only file',
    expected: 'no loss',
    proofs: own('F18:', 'redis.faults.ts'),
  },
  {
    name: 'F19',
    fault: 'FLUSHALL under load',
    expected: 'no loss',
    proofs: [durability('flushall')],
  },
  {
    name: 'F20',
    fault: 'Redis replaced by an empty one',
    expected: 'no loss',
    proofs: [durability('private-redis')],
  },
  {
    name: 'F21',
    fault: 'Redis away for 5 s and for 60 s, or hanging',
    expected: 'images are taken (acknowledge: stored), and work goes on by itself',
    proofs: [
      ...own('F21:', 'redis.faults.ts'),
      durability('redis-away'),
      durability('redis-hangs'),
    ],
    gap: 'not for 20 minutes',
  },
  {
    name: 'F22',
    fault: 'Redis has no memory for another job',
    expected: 'images are taken; work goes on once there is memory; an evicting Redis is refused',
    proofs: [
      ...own('F22:', 'redis.faults.ts'),
      durability('adding-refused'),
      { file: 'packages/redis/src/check-redis.test.ts', named: 'evicts' },
    ],
  },
  {
    name: 'F23',
    fault: 'Redis is told to evict in mid-run, and does',
    expected: 'no loss; the doctor says that it is unfit',
    proofs: own('F23:', 'redis.faults.ts'),
  },
  {
    name: 'F25',
    fault: 'Redis answers 2 s late; its open connections fall silent',
    expected: 'no worker is stuck afterwards',
    proofs: own('F25:', 'redis.faults.ts'),
  },
  {
    name: 'F30',
    fault: 'the connection breaks while an image comes, at any byte',
    expected: 'no message, no temporary file, no descriptor',
    proofs: own('F30:', 'connection.test.ts'),
  },
  {
    name: 'F31',
    fault: 'the connection breaks before the answer has come through, at any byte of it',
    expected: 'sent again it is a second message, and both are files',
    proofs: own('F31:', 'connection.test.ts'),
    gap: 'nothing is merged: an image that was sent twice is two messages, shown as the same in production images',
  },
  {
    name: 'F32',
    fault: 'half-closed, reset, in pieces, late, stalled',
    expected: 'the association ends at its limits; others go on',
    proofs: [
      ...own('F32:', 'connection.test.ts'),
      { file: 'packages/dicom/src/gate/broken-connections.test.ts' },
      { file: 'packages/dicom/src/gate/hostile-pace.test.ts' },
    ],
  },
  {
    name: 'F33',
    fault: 'the peer that images are sent on to refuses the association, for now or for good',
    expected: 'tried again as retry says; nothing twice; order kept',
    proofs: [
      ...own('F33:', 'peers.faults.ts'),
      { file: 'tests/sending/sending.test.ts', named: 'calls nothing sent' },
    ],
    gap: 'a refusal for good is tried again like any other: who refuses today may be told otherwise tomorrow',
  },
  {
    name: 'F34',
    fault: 'the peer aborts during an image or after it, or falls silent',
    expected:
      'sent again, at most once for each abort, in order; the one image it never takes is given up, with one alert',
    proofs: [
      ...own('F34:', 'forwarding.test.ts'),
      { file: 'tests/sending/deadly-image.test.ts' },
      { file: 'packages/dicom/src/tcp-operation.test.ts', named: 'ends the association' },
    ],
  },
  {
    name: 'F35',
    fault: 'the peer answers A700, A900, C000, B000, 0110, FF01, or without a status',
    expected: 'tried again, failed or completed with a Warning, as the table in sending.md says',
    proofs: [
      ...own('F35:', 'forwarding.test.ts'),
      { file: 'packages/dicom/src/tcp-operation.test.ts', named: 'the answer of a peer' },
    ],
  },
  {
    name: 'F36',
    fault: 'the peer answers Success and keeps nothing',
    expected: 'with confirm: find not believed, and sent again',
    proofs: [
      { file: 'tests/sending/sending.test.ts', named: 'throws away what comes' },
      { file: 'packages/dicom/src/sending/is-held.test.ts' },
    ],
    gap: 'with confirm: none its Success is believed',
  },
  {
    name: 'F37',
    fault: 'the peer takes only some transfer syntaxes or SOP classes',
    expected: 'what it takes arrives; of each other one its message says CONTEXT_NOT_ACCEPTED',
    proofs: [
      ...own('F37:', 'peers.faults.ts'),
      {
        file: 'packages/dicom/src/tcp-operation.test.ts',
        named: 'does not take this kind of object',
      },
    ],
  },
  {
    name: 'F41',
    fault: 'twelve file descriptors left, and sixty connections',
    expected: 'no end of the process; the door answers again when there are descriptors',
    proofs: own('F41:', 'processes.faults.ts'),
  },
  {
    name: 'F42',
    fault: 'SIGTERM under load',
    expected: 'exit status 0, no new associations, what was not finished goes on at the next start',
    proofs: own('F42:', 'processes.faults.ts'),
  },
  {
    name: 'F43',
    fault: '50 kills in a row, at any moment, starts included',
    expected: 'no loss; each start runs',
    proofs: [...own('F43:', 'processes.faults.ts'), durability('kill')],
  },
  {
    name: 'F44',
    fault: 'two starts on one store',
    expected: 'the second refuses with ALREADY_RUNNING',
    proofs: [{ file: 'tests/faults.test.ts', named: 'a start says with a code' }],
  },
  {
    name: 'F46',
    fault: 'the production file changes in a transfer; a target is removed',
    expected: 'running messages finish, or the change is refused; none is orphaned',
    proofs: [{ file: 'tests/update.test.ts' }],
  },
  {
    name: 'F48',
    fault: 'a chain of waiting hosts is killed at each step',
    expected: 'each step is finished once, and nothing is left that nobody takes',
    proofs: own('F48:', 'chain.faults.ts'),
  },
  {
    name: 'F49',
    fault: '10 000 messages are queued at the start',
    expected: 'it starts, and finishes them in order',
    proofs: own('F49:', 'backlog.faults.ts'),
  },
  {
    name: 'F50',
    fault:
      'operators send 1 000 messages again and try to empty queues while Redis goes and the process is killed',
    expected:
      'who may not is refused, each answered action is in the audit trail, no queue loses a wake-up for good, no image is lost',
    proofs: own('F50:', 'operators.faults.ts'),
    gap: 'an action that a kill interrupts may be done without an entry in the trail, as nobody was told of it',
  },
];
