const begin = '# begin userdata/user-data.sh';
const end = '# end userdata/user-data.sh';

/**
 * The template with the script between its two marker comments, as a literal block: byte for byte what the
 * instances get. CloudFormation substitutes nothing in it.
 *
 * Throws if the markers are not there, or if the script could not stand in a literal block as it is.
 */
export function embedUserData(template: string, script: string): string {
  if (!script.endsWith('\n') || script.endsWith('\n\n')) {
    throw new Error('the user data must end with exactly one line break');
  }
  if (/\t|\r/.test(script)) throw new Error('the user data must not contain tabs or carriage returns');
  const lines = template.split('\n');
  const first = lines.findIndex((line) => line.trim() === begin);
  const last = lines.findIndex((line) => line.trim() === end);
  if (first === -1 || last < first) throw new Error(`the template lacks "${begin}" or "${end}"`);
  const margin = lines[first]?.split('#')[0] ?? '';
  const block = script
    .slice(0, -1)
    .split('\n')
    .map((line) => (line === '' ? '' : `${margin}  ${line}`));
  return [...lines.slice(0, first + 1), `${margin}Fn::Base64: |`, ...block, ...lines.slice(last)].join('\n');
}
