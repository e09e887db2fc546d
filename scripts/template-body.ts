import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseTemplate } from '../infra/policies/parse-template.ts';
import { templateBody } from '../infra/policies/template-body.ts';

// Prints infra/stack.yaml as CloudFormation takes it in a request: node scripts/template-body.ts > stack.json
// Values for the names of what outlives the stack come as arguments: Fleet=prod AWS::Region=eu-central-1 …

const file = path.join(import.meta.dirname, '../infra/stack.yaml');
const known = Object.fromEntries(
  process.argv.slice(2).map((argument) => {
    const equals = argument.indexOf('=');
    if (equals < 1) {
      console.error(`"${argument}" is not Name=Value, such as Fleet=prod`);
      process.exit(2);
    }
    return [argument.slice(0, equals), argument.slice(equals + 1)];
  }),
);
console.log(templateBody(parseTemplate(readFileSync(file, 'utf8')), known));
