import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb';

/** The attribute with the time (Unix seconds) from which DynamoDB may remove an item by itself. */
export const expiryAttribute = { table: 'expiresAt', limitsTable: 'expire' };

/**
 * The table for uploads, feedback and keys. `newest` lists records by time; `due` is sparse: only records
 * with something left to do are in it. Both are sharded, see `shards.ts`.
 */
export function tableDefinition(TableName: string): CreateTableCommandInput {
  return {
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: ['pk', 'listing', 'position', 'outbox', 'due'].map((AttributeName) => ({
      AttributeName,
      AttributeType: 'S',
    })),
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    GlobalSecondaryIndexes: [index('newest', 'listing', 'position'), index('due', 'outbox', 'due')],
  };
}

/** The table for the counts of rate limits, in the form that rate-limiter-flexible expects. */
export function limitsTableDefinition(TableName: string): CreateTableCommandInput {
  return {
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'key', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'key', KeyType: 'HASH' }],
  };
}

function index(IndexName: string, hash: string, range: string) {
  return {
    IndexName,
    KeySchema: [
      { AttributeName: hash, KeyType: 'HASH' as const },
      { AttributeName: range, KeyType: 'RANGE' as const },
    ],
    Projection: { ProjectionType: 'ALL' as const },
  };
}
