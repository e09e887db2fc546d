import {
  DeleteParametersCommand,
  GetParameterCommand,
  GetParameterHistoryCommand,
  ParameterNotFound,
  type ParameterType,
  PutParameterCommand,
  paginateGetParametersByPath,
  type SSMClient,
} from '@aws-sdk/client-ssm';

export interface StoredParameter {
  value: string;
  /** Counts the writes: 1 for the first. */
  revision: number;
}

/** Parameters under the fleet's own path in Parameter Store. A standard parameter holds 4 096 bytes. */
export interface Parameters {
  get(name: string): Promise<StoredParameter | undefined>;
  /** Returns the number of this write. */
  put(name: string, value: string, options?: { type?: ParameterType; dataType?: string }): Promise<number>;
  /** Values, the newest first. Parameter Store keeps the last 100. */
  history(name: string, limit: number): Promise<string[]>;
  /** Every parameter below a name, without that name, secrets in plain text. */
  all(name: string): Promise<Record<string, string>>;
  remove(names: string[]): Promise<void>;
}

export function createSsmParameters({ ssm, path }: { ssm: SSMClient; path: string }): Parameters {
  const Name = (name: string) => `${path}/${name}`;

  return {
    async get(name) {
      try {
        const { Parameter } = await ssm.send(
          new GetParameterCommand({ Name: Name(name), WithDecryption: true }),
        );
        return { value: Parameter?.Value ?? '', revision: Parameter?.Version ?? 0 };
      } catch (error) {
        if (error instanceof ParameterNotFound) return undefined;
        throw error;
      }
    },
    async put(name, value, { type = 'String', dataType } = {}) {
      const answer = await ssm.send(
        new PutParameterCommand({
          Name: Name(name),
          Value: value,
          Type: type,
          Overwrite: true,
          ...(dataType && { DataType: dataType }),
        }),
      );
      return answer.Version ?? 0;
    },
    async history(name, limit) {
      const values: string[] = [];
      let NextToken: string | undefined;
      try {
        do {
          const page = await ssm.send(
            new GetParameterHistoryCommand({ Name: Name(name), MaxResults: 50, NextToken }),
          );
          values.push(...(page.Parameters ?? []).map(({ Value = '' }) => Value));
          NextToken = page.NextToken;
        } while (NextToken);
      } catch (error) {
        if (error instanceof ParameterNotFound) return [];
        throw error;
      }
      return values.reverse().slice(0, limit);
    },
    async all(name) {
      const pages = paginateGetParametersByPath({ client: ssm }, { Path: Name(name), WithDecryption: true });
      const values: [string, string][] = [];
      for await (const { Parameters = [] } of pages) {
        values.push(
          ...Parameters.map((one): [string, string] => [one.Name?.split('/').at(-1) ?? '', one.Value ?? '']),
        );
      }
      return Object.fromEntries(values);
    },
    async remove(names) {
      if (names.length > 0) await ssm.send(new DeleteParametersCommand({ Names: names.map(Name) }));
    },
  };
}
