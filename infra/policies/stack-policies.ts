import {
  noWildcardActions,
  openPrincipalsAreConditional,
  reasonsAreNeeded,
  wildcardResourcesHaveReasons,
} from './iam-policies.ts';
import { metadataIsGuarded, slotsBelongToReleases } from './instances.ts';
import { egressIsNamed, noSsh, onlyTheLoadBalancerIsOpen } from './network.ts';
import { bucketsAreClosed, dataIsRetained, everythingIsEncrypted, tablesAreSafe } from './stores.ts';
import type { Policy } from './template.ts';

/** What holds for the template by itself, by the name of the rule. */
export const stackPolicies: Record<string, Policy> = {
  noWildcardActions,
  wildcardResourcesHaveReasons,
  reasonsAreNeeded,
  openPrincipalsAreConditional,
  onlyTheLoadBalancerIsOpen,
  noSsh,
  egressIsNamed,
  dataIsRetained,
  everythingIsEncrypted,
  bucketsAreClosed,
  tablesAreSafe,
  metadataIsGuarded,
  slotsBelongToReleases,
};
