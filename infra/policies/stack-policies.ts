import {
  noWildcardActions,
  openPrincipalsAreConditional,
  reasonsAreNeeded,
  wildcardResourcesHaveReasons,
} from './iam-policies.ts';
import { instancesHaveRole, metadataIsGuarded, slotsBelongToReleases } from './instances.ts';
import { egressIsNamed, noSsh, onlyTheLoadBalancerIsOpen } from './network.ts';
import {
  bucketsAreClosed,
  dataIsRetained,
  everythingIsEncrypted,
  rollbacksSucceed,
  tablesAreSafe,
} from './stores.ts';
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
  rollbacksSucceed,
  everythingIsEncrypted,
  bucketsAreClosed,
  tablesAreSafe,
  metadataIsGuarded,
  instancesHaveRole,
  slotsBelongToReleases,
};
