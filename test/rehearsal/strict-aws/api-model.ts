import { execFileSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';

/** Where a shape is used: by name, with what the protocols need to know of that use. */
export interface ShapeReference {
  shape: string;
  locationName?: string;
  queryName?: string;
  flattened?: boolean;
}

/** A type of an AWS API, as botocore writes it down. */
export interface Shape {
  type: string;
  members?: Record<string, ShapeReference>;
  required?: string[];
  member?: ShapeReference;
  key?: ShapeReference;
  value?: ShapeReference;
  enum?: string[];
  min?: number;
  max?: number;
  pattern?: string;
  flattened?: boolean;
  timestampFormat?: string;
}

/** The API of one AWS service, as botocore writes it down in `service-2.json`. */
export interface ApiModel {
  metadata: {
    protocol: string;
    targetPrefix?: string;
    xmlNamespace?: string | { uri: string };
    jsonVersion?: string;
    awsQueryCompatible?: object;
  };
  operations: Record<
    string,
    { input?: ShapeReference; output?: ShapeReference & { resultWrapper?: string } }
  >;
  shapes: Record<string, Shape>;
}

/** What the signature's scope calls a service, where botocore's folder has another name. */
const folders: Record<string, string> = { elasticloadbalancing: 'elbv2', monitoring: 'cloudwatch' };

/**
 * Reads AWS's API models out of botocore, which moto depends on; undefined for what botocore does not know. Each
 * is read once, when it is first asked for: EC2's has 10 MB.
 */
export function createApiModels(moto: string): (service: string) => ApiModel | undefined {
  const data = findBotocore(moto);
  const models = new Map<string, ApiModel | undefined>();
  return (service) => {
    if (!models.has(service)) models.set(service, read(path.join(data, folders[service] ?? service)));
    return models.get(service);
  };
}

/** botocore's data in the Python environment of `moto`, else in that of the `python3` that PATH finds. */
function findBotocore(moto: string): string {
  const environment = path.resolve(path.dirname(moto), '..');
  const [found] = globSync('lib/python3*/site-packages/botocore/data', { cwd: environment });
  if (found) return path.join(environment, found);
  const beside = path.join(path.dirname(moto), 'python');
  const python = existsSync(beside) ? beside : 'python3';
  const command = 'import botocore, os; print(os.path.join(os.path.dirname(botocore.__file__), "data"))';
  return execFileSync(python, ['-c', command], { encoding: 'utf8' }).trim();
}

function read(folder: string): ApiModel | undefined {
  const newest = globSync('*/service-2.json*', { cwd: folder }).sort().at(-1);
  if (!newest) return undefined;
  const bytes = readFileSync(path.join(folder, newest));
  return JSON.parse((newest.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8'));
}
