export { openDoor } from './gate/door.ts';
export type {
  Admission,
  AssociationInfo,
  AssociationProposal,
  Door,
  DoorHandlers,
  ObjectReceiver,
  StoreCommand,
  StoreReply,
} from './gate/door.ts';
