import type { ApiModel, ShapeReference } from './api-model.ts';

/** Members of a request or an answer, by the names of the API model, which are also those of the SDK. */
// biome-ignore lint/suspicious/noExplicitAny: it is as deep and as mixed as the API, and checked against its model.
export type Members = Record<string, any>;

/** How bodies are written: AWS query, EC2's dialect of it, or JSON. */
export type Protocol = 'query' | 'ec2' | 'json';

/** One call of the SDK, understood. */
export interface AwsCall {
  /** As the signature's scope names it: `ec2`, `autoscaling`, `elasticloadbalancing`, `ssm`, … */
  service: string;
  action: string;
  params: Members;
  region: string;
  protocol: Protocol;
  model: ApiModel;
  input: ShapeReference | undefined;
  /** What the request has that the model does not know, or that can't be read: one sentence each. */
  malformed: string[];
  /** The request as it came, to be passed on. */
  method: string;
  url: string;
  headers: Record<string, string>;
  body: Buffer;
}
