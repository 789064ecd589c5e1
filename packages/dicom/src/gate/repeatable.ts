import { isAeTitle } from '../ae-title.ts';
import type { CommandSet } from '../association/command-set.ts';
import { isUid } from '../association/items.ts';
import type { StoreCommand } from './door.ts';

/** Sends nothing back that is no UID. */
export function printable(command: CommandSet): CommandSet {
  const { affectedSopClassUid, affectedSopInstanceUid, ...others } = command;
  return {
    ...others,
    ...(affectedSopClassUid && isUid(affectedSopClassUid) && { affectedSopClassUid }),
    ...(affectedSopInstanceUid && isUid(affectedSopInstanceUid) && { affectedSopInstanceUid }),
  };
}

/** What a C-STORE-RQ that follows a C-MOVE says of it, where it can be said again (PS3.7 section 9.1.1.1). */
export function moveOriginator({
  moveOriginatorApplicationEntityTitle: title,
  moveOriginatorMessageId,
}: CommandSet): Partial<StoreCommand> {
  if (title === undefined || !isAeTitle(title) || moveOriginatorMessageId === undefined) return {};
  return { moveOriginatorApplicationEntityTitle: title, moveOriginatorMessageId };
}
