import { crc32 } from 'node:zlib';

/**
 * DynamoDB takes about 1000 writes a second for one key of an index, so records that are listed together are
 * spread over this many keys. Changing it hides the records of the shards that go away.
 */
const shardCount = 4;

/** The shard of a record: the same for ever, as it depends on its id only. */
export function shardOf(kind: string, id: string): string {
  return `${kind}#${crc32(id) % shardCount}`;
}

export function shardsOf(kind: string): string[] {
  return Array.from({ length: shardCount }, (_, shard) => `${kind}#${shard}`);
}
