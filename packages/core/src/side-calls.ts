import type { AlertCalls } from './alerts/alert-calls.ts';
import type { AuditCalls } from './audit.ts';
import type { MeasuringCalls } from './monitoring/measurements.ts';
import type { TracingCalls } from './monitoring/traced-leg.ts';
import type { OperatorCalls } from './operator-calls.ts';
import type { SavedSearchCalls } from './saved-search.ts';

/** What the record is asked beside the way of a message: by operators, alerts, the page and whoever measures. */
export interface SideCalls
  extends OperatorCalls, AlertCalls, AuditCalls, SavedSearchCalls, MeasuringCalls, TracingCalls {}
