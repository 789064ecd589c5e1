import { openClient } from '../../src/client.ts';

/** The API of the server this app comes from. */
export const client = openClient();
