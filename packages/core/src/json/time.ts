import { z } from 'zod';

/** A time as it stands in JSON. */
export const timeJson = z.iso.datetime().describe('ISO 8601, UTC');
