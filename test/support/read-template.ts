import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseTemplate } from '../../infra/policies/parse-template.ts';
import type { Template } from '../../infra/policies/template.ts';

export const templateFile = path.join(import.meta.dirname, '../../infra/stack.yaml');

/** The template of the fleet in its JSON form. A new object each time, so that a test may change it. */
export function readTemplate(): Template {
  return parseTemplate(readFileSync(templateFile, 'utf8'));
}
