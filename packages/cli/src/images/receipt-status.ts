import { isDone } from '@consort/dicom';

/** Says whether what a peer answered means that it took the image; a status that is none of DIMSE's says so by itself. */
export function isTaken(status: string): boolean {
  return !/^[0-9a-f]{4}$/i.test(status) || isDone(Number.parseInt(status, 16));
}
