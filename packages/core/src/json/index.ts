export { alertJson } from './alert.ts';
export { associationJson, connectionsJson, outgoingJson } from './association.ts';
export { eventJson } from './event.ts';
export { imageJson, receiptJson, studyJson } from './image.ts';
export {
  answeredJson,
  arrivalJson,
  bodyJson,
  businessTypeJson,
  documentJson,
  errorStatusJson,
  headerJson,
  messageJson,
  statusJson,
} from './message.ts';
export { roles } from '../role.ts';
export { queueJson } from './queue.ts';
export { timeJson } from './time.ts';
