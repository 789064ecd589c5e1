import { isAeTitle } from '../ae-title.ts';
import { responseBit, type DimseService } from '../association/command-fields.ts';
import { encodeCommand, type CommandSet } from '../association/command-set.ts';
import { statuses } from '../association/dimse.ts';
import { isUid } from '../association/items.ts';
import { hasService, serviceClassOf } from '../sop-classes.ts';

/** Refused: Move Destination unknown (PS3.4 table C.4-2). */
const moveDestinationUnknown = 0xa801;

/**
 * Judges a request of any service but C-ECHO and C-STORE: whether its context has the service, and whether it has
 * what it needs (PS3.7 sections 9.1 and 10.1).
 * @returns the status it is refused with; undefined when it is not
 */
export function judgeCommand(
  service: DimseService,
  command: CommandSet,
  abstractSyntax: string,
): number | undefined {
  if (!hasService(abstractSyntax, service)) return statuses.UnrecognizedOperation;
  const { isRequested, needsInstance, dataSet } = rules[service];
  const { sopClassUid, sopInstanceUid } = subjectOf(command, isRequested);
  const isMeta = serviceClassOf(abstractSyntax) === undefined;
  const isFit = isMeta ? isUid(sopClassUid ?? '') : sopClassUid === abstractSyntax;
  if (!isFit) {
    return service.startsWith('C-') ? statuses.SopClassNotSupported : statuses.NoSuchSopClass;
  }
  if (needsInstance ? !isUid(sopInstanceUid ?? '') : sopInstanceUid && !isUid(sopInstanceUid)) {
    return statuses.InvalidObjectInstance;
  }
  if (dataSet === 'always' ? !command.hasDataSet : dataSet === 'never' && command.hasDataSet) {
    return statuses.MistypedArgument;
  }
  if (service === 'C-MOVE' && !isAeTitle(command.moveDestination ?? '')) {
    return moveDestinationUnknown;
  }
  if (service === 'N-ACTION' && command.actionTypeId === undefined)
    return statuses.NoSuchActionType;
  if (service === 'N-EVENT-REPORT' && command.eventTypeId === undefined) {
    return statuses.NoSuchEventType;
  }
  return undefined;
}

/** The SOP class and instance a command is about: N-CREATE and the C- services say Affected, others Requested. */
export function subjectOf(command: CommandSet, isRequested: boolean) {
  return isRequested
    ? { sopClassUid: command.requestedSopClassUid, sopInstanceUid: command.requestedSopInstanceUid }
    : { sopClassUid: command.affectedSopClassUid, sopInstanceUid: command.affectedSopInstanceUid };
}

/** A response without a data set: nothing is sent back that is no UID. */
export function statusResponse(command: CommandSet, status: number): Buffer {
  const uid = (...texts: (string | undefined)[]) => texts.find((text) => text && isUid(text)) ?? '';
  const { affectedSopClassUid, requestedSopClassUid } = command;
  return encodeCommand({
    commandField: command.commandField | responseBit,
    hasDataSet: false,
    messageIdBeingRespondedTo: command.messageId ?? 0,
    affectedSopClassUid: uid(affectedSopClassUid, requestedSopClassUid),
    affectedSopInstanceUid: uid(command.affectedSopInstanceUid, command.requestedSopInstanceUid),
    status,
  });
}

interface Rule {
  /** Its SOP class and instance are called Requested, not Affected. */
  readonly isRequested: boolean;
  readonly needsInstance: boolean;
  readonly dataSet: 'always' | 'never' | 'perhaps';
}

const query: Rule = { isRequested: false, needsInstance: false, dataSet: 'always' };

const rules: Readonly<Record<DimseService, Rule>> = {
  'C-ECHO': { isRequested: false, needsInstance: false, dataSet: 'never' },
  'C-STORE': { isRequested: false, needsInstance: true, dataSet: 'always' },
  'C-FIND': query,
  'C-MOVE': query,
  'C-GET': query,
  'N-EVENT-REPORT': { isRequested: false, needsInstance: true, dataSet: 'perhaps' },
  'N-GET': { isRequested: true, needsInstance: true, dataSet: 'never' },
  'N-SET': { isRequested: true, needsInstance: true, dataSet: 'always' },
  'N-ACTION': { isRequested: true, needsInstance: true, dataSet: 'perhaps' },
  'N-CREATE': { isRequested: false, needsInstance: false, dataSet: 'perhaps' },
  'N-DELETE': { isRequested: true, needsInstance: true, dataSet: 'never' },
};
