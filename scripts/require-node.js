// Refuses a Node that cannot run Inlet before it meets syntax it does not know.
// Plain JavaScript on purpose: every Node that knows `--import` can read it.
const needed = 24;
const found = Number(process.versions.node.split('.')[0]);

if (found < needed) {
  process.stderr.write(
    `Inlet needs Node ${needed} or newer, but this is Node ${process.versions.node} (${process.execPath}).\n` +
      'Run it through npm ("npm start", "npm test"): npm ci installs the right Node beside the project.\n',
  );
  process.exit(1);
}
