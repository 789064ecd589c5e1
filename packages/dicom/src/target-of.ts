import type { OperationRequest } from './gate/operation.ts';
import { serviceSopClasses } from './service-classes.ts';
import type { TcpServiceSettings } from './tcp-service.ts';

/** The host that answers a request: that of its service class, or the one for everything. */
export function targetOf(
  { abstractSyntax }: Pick<OperationRequest, 'abstractSyntax'>,
  { target, serviceTargets }: Pick<TcpServiceSettings, 'target' | 'serviceTargets'>,
): string {
  const serviceClass = serviceSopClasses.get(abstractSyntax)?.serviceClass;
  const own = serviceTargets[serviceClass as keyof typeof serviceTargets];
  return own ?? target;
}
