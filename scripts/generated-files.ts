import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { iamDocument } from '../infra/policies/iam-document.ts';
import { parseTemplate } from '../infra/policies/parse-template.ts';
import { problems } from '../src/errors.ts';
import { limitsTableDefinition, tableDefinition } from '../src/platform/aws/table-definition.ts';
import { settings } from '../src/settings.ts';
import { launchTemplate } from '../userdata/launch-template.ts';
import { embedUserData } from './embed-user-data.ts';
import { openApiDocument } from './openapi-document.ts';

interface Setting {
  name: string;
  description: string;
  /** As it would be written into the environment. Empty if there is none. */
  fallback: string;
  required: boolean;
}

function toSetting(name: string, schema: z.ZodType): Setting {
  const description = schema.description ?? z.globalRegistry.get(schema)?.description ?? '';
  const absent = schema.safeParse(undefined);
  const fallback = absent.success && absent.data !== undefined ? String(absent.data) : '';
  return { name, description, fallback, required: !absent.success };
}

function settingsOf(platform: keyof typeof settings): Setting[] {
  return Object.entries(settings[platform].shape).map(([name, schema]) =>
    toSetting(name, schema as z.ZodType),
  );
}

/** What a table cell says of a default: sizes and lists as a person would write them. */
function shownFallback({ fallback, required }: Setting): string {
  if (required) return '**required**';
  if (fallback === '') return '';
  if (fallback.includes(','))
    return fallback
      .split(',')
      .map((item) => `\`${item}\``)
      .join(' ');
  return `\`${fallback}\`${sizeOf(Number(fallback))}`;
}

function sizeOf(bytes: number): string {
  if (bytes >= 1024 ** 3 && bytes % 1024 ** 3 === 0) return ` (${bytes / 1024 ** 3} GiB)`;
  if (bytes >= 1024 ** 2 && bytes % 1024 ** 2 === 0) return ` (${bytes / 1024 ** 2} MiB)`;
  return '';
}

const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;

const generatedNote = 'Made by `npm run generate`. Change the source, not this file.';

function configuration(): string {
  const local = settingsOf('local');
  const aws = settingsOf('aws');
  const onAws = new Map(aws.map((setting) => [setting.name, setting]));
  const rows = local.map((setting) => {
    const here = shownFallback(setting);
    const there = shownFallback(onAws.get(setting.name) ?? setting);
    const shown =
      setting.name === 'INLET_PLATFORM'
        ? '`local`'
        : here === there
          ? here
          : `local: ${here || 'none'}, aws: ${there}`;
    return `| \`${setting.name}\` | ${shown} | ${setting.description} |`;
  });
  const awsOnly = aws
    .filter(({ name }) => !local.some((setting) => setting.name === name))
    .map((setting) => `| \`${setting.name}\` | ${shownFallback(setting)} | ${setting.description} |`);
  const head = '| setting | default | what it is |\n| --- | --- | --- |';
  return `# Configuration

${generatedNote} The source is \`src/settings.ts\`.

Inlet is configured by environment variables. An empty value is the same as none. All mistakes are reported at
once when it starts, by name, without showing the values. Times are whole seconds unless their name says otherwise,
sizes are bytes.

## On every platform

${head}
${rows.join('\n')}

## On \`aws\` only

${head}
${awsOnly.join('\n')}

Credentials come from the SDK's default chain, on EC2 the instance's role. \`AWS_ENDPOINT_URL_S3\`,
\`AWS_ENDPOINT_URL_DYNAMODB\` and \`AWS_ENDPOINT_URL_SNS\` go before \`AWS_ENDPOINT_URL\`.

## Timeouts

These have to fit into one another, and Inlet does not start if they do not:

- load balancer idle timeout < keep-alive < headers timeout
- drain delay < longest drain ≤ PM2's kill timeout < systemd's stop timeout ≤ termination hook ≤ deregistration delay
`;
}

function envExample(): string {
  const line = ({ name, description, fallback, required }: Setting) =>
    `# ${description}\n${required ? '' : '# '}${name}=${fallback}`;
  const aws = settingsOf('aws').filter(
    ({ name }) => !settingsOf('local').some((setting) => setting.name === name),
  );
  return `# ${generatedNote.replaceAll('`', '')} The source is src/settings.ts.
# Copy it to .env and change what differs: npm start, npm run keys and npm run cluster read it.

${settingsOf('local')
  .map((setting) =>
    setting.name === 'INLET_PLATFORM' ? { ...setting, fallback: 'local', required: false } : setting,
  )
  .map(line)
  .join('\n\n')}

# ---- INLET_PLATFORM=aws only; what has no # is required there ----

${aws.map(line).join('\n\n')}
`;
}

function errors(): string {
  const entries = Object.entries(problems).map(
    ([code, { status, title, meaning, remedy }]) =>
      `## ${code}\n\n**${status}** ${title}.\n\n${meaning}\n\n${remedy}\n`,
  );
  return `# Problems

${generatedNote} The source is \`src/errors.ts\`.

Inlet answers errors as \`application/problem+json\` (RFC 9457). \`code\` is one of the headings below and never
changes its meaning; \`title\` and \`detail\` are for people and may. \`requestId\` is what to ask the operators about.
A browser that posts a plain form gets the same as a page.

\`\`\`json
{
  "type": "/docs/errors#type_not_allowed",
  "title": "Files of this type are not taken",
  "status": 415,
  "detail": "The bytes of \\"photo.jpg\\" are text/html, which is not taken here.",
  "instance": "/v1/uploads",
  "code": "type_not_allowed",
  "requestId": "4b7c1f0e-5b0a-4e57-9d4a-1c1f5f3f7a55"
}
\`\`\`

${entries.join('\n')}`;
}

const root = path.dirname(import.meta.dirname);
const read = (file: string) => readFile(path.join(root, file), 'utf8');

/** What the `fleet` commands are written in, which says what they may have to do in AWS. */
async function fleetSources(): Promise<string[]> {
  const folder = path.join(root, 'scripts/fleet');
  const files = (await readdir(folder, { recursive: true })).filter((file) => file.endsWith('.ts'));
  return Promise.all(files.sort().map((file) => readFile(path.join(folder, file), 'utf8')));
}

/** Every file that is made from the code, by its path from the root. */
export async function generatedFiles(): Promise<Record<string, string>> {
  const userData = await read('userdata/user-data.sh');
  const stack = embedUserData(await read('infra/stack.yaml'), userData);
  return {
    'docs/configuration.md': configuration(),
    '.env.example': envExample().replace(/^INLET_LINK_SECRETS=.*$/m, '# INLET_LINK_SECRETS='),
    'docs/errors.md': errors(),
    'infra/table.json': json(tableDefinition('inlet')),
    'infra/limits-table.json': json(limitsTableDefinition('inlet-limits')),
    'docs/openapi.json': json(await openApiDocument()),
    'infra/stack.yaml': stack,
    'userdata/launch-template.json': json(launchTemplate(userData)),
    'docs/iam.md': iamDocument(parseTemplate(stack), await fleetSources()),
  };
}
