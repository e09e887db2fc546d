import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { asStoreError, isNamed } from './aws-error.ts';

export type Item = Record<string, unknown>;

interface Change {
  update: string;
  condition?: string;
  values?: Item;
}

export interface Query {
  index: 'newest' | 'due';
  condition: string;
  values: Item;
  filter?: string | undefined;
  projection?: string;
  /** The order of the range key. */
  order: 'ascending' | 'descending';
  /** Most items that are read for one answer, before the filter. */
  pageSize: number;
}

/**
 * The few operations on the table that the stores need. In expressions, `#name` is the attribute `name`, so
 * that no name collides with DynamoDB's reserved words.
 */
export interface DynamoTable {
  /** Reads the item as it is now. */
  get(pk: string): Promise<Item | undefined>;
  /** False if the condition does not hold. */
  put(item: Item, condition?: string, values?: Item): Promise<boolean>;
  /** The changed item, or undefined if the condition does not hold. */
  update(pk: string, change: Change): Promise<Item | undefined>;
  /** False if there was no such item. */
  delete(pk: string): Promise<boolean>;
  /** False if the condition does not hold. */
  deleteIf(pk: string, condition: string, values: Item): Promise<boolean>;
  /** Every item that the query finds, read page by page as they are asked for. */
  query(query: Query): AsyncGenerator<Item>;
}

export function createDynamoTable(client: DynamoDBDocumentClient, TableName: string): DynamoTable {
  /** Makes a failed condition `undefined`, and an outage `store_unavailable`. */
  async function attempt<T>(work: Promise<T>): Promise<T | undefined> {
    try {
      return await work;
    } catch (error) {
      if (isNamed(error, 'ConditionalCheckFailedException')) return undefined;
      throw asStoreError(error);
    }
  }

  return {
    async get(pk) {
      const answer = await attempt(
        client.send(new GetCommand({ TableName, Key: { pk }, ConsistentRead: true })),
      );
      return answer?.Item;
    },

    async put(item, condition, values) {
      const command = new PutCommand({
        TableName,
        Item: item,
        ConditionExpression: condition,
        ...substitutes([condition], values),
      });
      return (await attempt(client.send(command))) !== undefined;
    },

    async update(pk, { update, condition, values }) {
      const command = new UpdateCommand({
        TableName,
        Key: { pk },
        UpdateExpression: update,
        ConditionExpression: condition,
        ReturnValues: 'ALL_NEW',
        ...substitutes([update, condition], values),
      });
      return (await attempt(client.send(command)))?.Attributes;
    },

    async delete(pk) {
      const command = new DeleteCommand({ TableName, Key: { pk }, ReturnValues: 'ALL_OLD' });
      return (await attempt(client.send(command)))?.Attributes !== undefined;
    },

    async deleteIf(pk, condition, values) {
      const command = new DeleteCommand({
        TableName,
        Key: { pk },
        ConditionExpression: condition,
        ...substitutes([condition], values),
      });
      return (await attempt(client.send(command))) !== undefined;
    },

    async *query({ index, condition, values, filter, projection, order, pageSize }) {
      let ExclusiveStartKey: Item | undefined;
      do {
        const command = new QueryCommand({
          TableName,
          IndexName: index,
          KeyConditionExpression: condition,
          FilterExpression: filter,
          ProjectionExpression: projection,
          ScanIndexForward: order === 'ascending',
          Limit: pageSize,
          ExclusiveStartKey,
          ...substitutes([condition, filter, projection], values),
        });
        const answer = await attempt(client.send(command));
        yield* answer?.Items ?? [];
        ExclusiveStartKey = answer?.LastEvaluatedKey;
      } while (ExclusiveStartKey);
    },
  };
}

/** The names that stand in the expressions as `#name`, and the values; DynamoDB takes neither empty. */
function substitutes(expressions: Array<string | undefined>, values: Item = {}) {
  const names = expressions.join(' ').matchAll(/#(\w+)/g);
  const ExpressionAttributeNames = Object.fromEntries(Array.from(names, ([sign, name = '']) => [sign, name]));
  return {
    ...(Object.keys(ExpressionAttributeNames).length > 0 && { ExpressionAttributeNames }),
    ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: values }),
  };
}
