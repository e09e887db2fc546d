import type { Plan } from '../../keys/plan.ts';
import type { PlanStore } from '../../keys/plan-store.ts';
import type { DynamoTable } from './dynamo-table.ts';

const pkOf = (name: string) => `plan#${name}`;

/** Usage plans in DynamoDB. The list may be behind by a moment, as indexes are. */
export function createDynamoPlanStore(table: DynamoTable): PlanStore {
  return {
    async put(plan) {
      await table.put({ pk: pkOf(plan.name), listing: 'plan', position: plan.name, plan });
    },

    async get(name) {
      return (await table.get(pkOf(name)))?.plan as Plan | undefined;
    },

    async list() {
      const plans: Plan[] = [];
      const query = table.query({
        index: 'newest',
        condition: '#listing = :listing',
        values: { ':listing': 'plan' },
        order: 'ascending',
        pageSize: 1000,
      });
      for await (const { plan } of query) plans.push(plan as Plan);
      return plans;
    },

    delete: (name) => table.delete(pkOf(name)),
  };
}
