import { Command, Option } from 'commander';
import {
  collectParameters,
  collectWeights,
  parseCount,
  parseDuration,
  parsePercent,
  parseVersion,
  parseWeight,
} from './cli-values.ts';
import type { LogLevel } from './log-lines.ts';

export interface GlobalOptions {
  fleet: string;
  region?: string;
  prometheus?: string;
  json: boolean;
  yes: boolean;
  takeOver: boolean;
}

export interface JudgeOptions {
  minSample?: number;
  errors?: number;
  slow?: number;
}

/** What each command is asked for, already checked and turned into values. */
export interface Actions {
  preflight(options: { parameter: Record<string, string> }): Promise<void>;
  up(options: { parameter: Record<string, string> }): Promise<void>;
  bake(options: { arch: string; image?: string }): Promise<void>;
  versions(): Promise<void>;
  release(
    version: number,
    options: JudgeOptions & { canary: number; step: number[]; bakeTime: number; every: number },
  ): Promise<void>;
  promote(options: JudgeOptions & { force: boolean }): Promise<void>;
  rollback(options: { force: boolean }): Promise<void>;
  status(options: { history: number }): Promise<void>;
  logs(options: {
    since: number;
    follow: boolean;
    version?: number;
    level?: LogLevel;
    instance?: string;
  }): Promise<void>;
  drain(instanceId: string, options: { keep: boolean }): Promise<void>;
  gc(options: { keep: number }): Promise<void>;
  down(): Promise<void>;
}

const parameter = () =>
  new Option('-p, --parameter <Name=Value>', 'parameter of the stack; repeatable')
    .argParser(collectParameters)
    .default({});

function judged(command: Command): Command {
  return command
    .option('--min-sample <requests>', 'requests that a canary needs to pass (default: 500)', parseCount)
    .option(
      '--errors <percent>',
      'points by which its errors may exceed the live version’s (default: 1)',
      parsePercent,
    )
    .option('--slow <percent>', 'points by which its slow answers may (default: 5)', parsePercent);
}

/** The commands, their options, and their help. */
export function createProgram(open: (options: GlobalOptions) => Actions, env: NodeJS.ProcessEnv): Command {
  const program = new Command('fleet')
    .description('Bakes images, releases them to a part of the traffic, promotes them or rolls them back.')
    .option('--fleet <name>', 'which fleet (INLET_FLEET)', env.INLET_FLEET || 'prod')
    .option('--region <region>', 'AWS region (AWS_REGION)')
    .option('--prometheus <url>', 'the judge asks this Prometheus, not CloudWatch (INLET_PROMETHEUS_URL)')
    .option('--json', 'one JSON object a line, for machines', false)
    .option('-y, --yes', 'do not ask', false)
    .option('--take-over', 'go ahead although another command runs or stopped half-way', false)
    .showHelpAfterError('Try: npm run fleet -- --help')
    .configureHelp({ showGlobalOptions: true });

  // Put together only once the options are understood.
  const actions = () => open(program.opts<GlobalOptions>());

  program
    .command('preflight')
    .description('look at everything that AWS or an instance would refuse later; changes nothing')
    .addOption(parameter())
    .action((options) => actions().preflight(options));
  program
    .command('up')
    .description('create the stack, or update it to the template; starts no instances')
    .addOption(parameter())
    .action((options) => actions().up(options));
  program
    .command('bake')
    .description('build an image from the commit, and a version from the image')
    .addOption(new Option('--arch <name>', 'processor').choices(['amd64', 'arm64']).default('amd64'))
    .option('--image <id>', 'use this image instead of building one')
    .action((options) => actions().bake(options));
  program
    .command('versions')
    .description('list the versions, the newest first')
    .action(() => actions().versions());
  judged(
    program
      .command('release')
      .argument('<version>', 'number of the version', parseVersion)
      .description('give a version a part of the traffic, and judge it'),
  )
    .option('--canary <percent>', 'its part of the traffic, 1 to 99', parseWeight, 20)
    .option('--step <percent,…>', 'further parts, each watched in turn', collectWeights, [])
    .option('--bake-time <time>', 'how long to watch each part; 0s does not watch', parseDuration, 600_000)
    .option('--every <time>', 'how often to look', parseDuration, 30_000)
    .action((version, options) => actions().release(version, options));
  judged(program.command('promote').description('give the canary all the traffic'))
    .option('--force', 'although the judge finds it bad', false)
    .action((options) => actions().promote(options));
  program
    .command('rollback')
    .description('give the traffic back, to the live version or the one before it; always takes over')
    .option('--force', 'although too few instances are healthy; one must be', false)
    .action((options) => actions().rollback(options));
  program
    .command('status')
    .description('what runs where, and what is not as it should be')
    .option('--history <count>', 'also the last changes of what is live', parseCount, 0)
    .action((options) => actions().status(options));
  program
    .command('logs')
    .description('what the instances log')
    .option('--since <time>', 'how far back', parseDuration, 900_000)
    .option('-f, --follow', 'go on until interrupted', false)
    .option('--version <version>', 'only of this version', parseVersion)
    .addOption(new Option('--level <level>', 'at least').choices(['debug', 'info', 'warn', 'error', 'fatal']))
    .option('--instance <id>', 'only of this instance')
    .action((options) => actions().logs(options));
  program
    .command('drain')
    .argument('<instance>', 'such as i-0123456789abcdef0')
    .description('take an instance out of service and start another in its place')
    .option('--keep', 'keep it running without traffic, to look into it', false)
    .action((instance, options) => actions().drain(instance, options));
  program
    .command('gc')
    .description('end instances without traffic; remove old versions and images')
    .option('--keep <count>', 'newest versions and images that stay', parseCount, 5)
    .action((options) => actions().gc(options));
  program
    .command('down')
    .description('delete the stack; buckets, tables and logs stay')
    .action(() => actions().down());
  return program;
}
