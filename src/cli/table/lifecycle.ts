/** Rows of the commands that make, start, end and list containers. */
import { bundle, container, preserveFds, tableFormat } from './shared.ts'
import type { CommandSpec, OptionSpec, PositionalSpec } from './types.ts'

const id = {
  ...container,
  describe: 'name of the container; also the name of its jail',
} as const satisfies PositionalSpec

const newId = {
  name: 'id',
  value: 'CONTAINER-ID',
  describe: 'name for the new container; also the name of its jail',
  required: true,
} as const satisfies PositionalSpec

const bundleWord = {
  name: 'bundle',
  value: 'BUNDLE',
  describe: 'the bundle, in place of --bundle',
  complete: 'directory',
} as const satisfies PositionalSpec

const createOptions = {
  bundle,
  'pid-file': {
    type: 'string',
    value: 'FILE',
    describe: 'write the pid of the first process to FILE; delete removes it, the end of run does not',
    complete: 'file',
  },
  'console-socket': {
    type: 'string',
    value: 'SOCKET',
    describe: 'unix socket that receives the terminal when process.terminal is true',
    complete: 'file',
  },
  'preserve-fds': preserveFds,
  limits: {
    type: 'string',
    value: 'MODE',
    // The option has no default, because the annotation of the bundle applies when the caller does not give it.
    describe:
      'whether limits that this host cannot keep are an error (strict) or a warning; in place of the annotation org.jailwright.limits.mode',
    choices: ['strict', 'best-effort'],
  },
  'no-pivot': { type: 'flag', describe: 'accepted for callers of runc', ignored: true },
  'no-new-keyring': { type: 'flag', describe: 'accepted for callers of runc', ignored: true },
  'no-subreaper': { type: 'flag', describe: 'accepted for callers of runc', ignored: true },
} as const satisfies Readonly<Record<string, OptionSpec>>

/** The commands that make, start, end and list containers. */
export const lifecycle = {
  create: {
    purpose: 'Make a container from a bundle, ready to be started',
    details: [
      'The jail, its mounts, devices, network and limits are made, and its first process waits for "start". A create that fails leaves nothing behind.',
      '"jailwright plan" shows beforehand what create will do.',
    ],
    options: createOptions,
    positionals: [newId, bundleWord],
    examples: [
      ['create --bundle /containers/web web', 'make the container web from /containers/web/config.json'],
      [
        'create --pid-file /var/run/web.pid web /containers/web',
        'the same, and write the pid of its first process',
      ],
    ],
  },
  start: {
    purpose: "Run the created container's program",
    details: [
      'Returns as soon as the program runs; its error when it cannot be executed is the error of start.',
      'When a startContainer or poststart hook fails, the container is destroyed and its poststop hooks are run.',
    ],
    options: {},
    positionals: [id],
    examples: [['start web', "run web's program"]],
  },
  state: {
    purpose: 'Print the state of a container as JSON',
    details: [
      'The form is that of the OCI runtime specification. The annotation org.freebsd.jail.jid tells the jail id while there is a jail.',
    ],
    options: {},
    positionals: [id],
    examples: [['state web', 'print id, status, pid, bundle and annotations of web']],
  },
  kill: {
    purpose: "Send a signal to a container's first process, or to all of its processes",
    options: {
      all: { type: 'flag', alias: 'a', describe: 'signal every process in the jail' },
      pid: { type: 'integer', alias: 'p', value: 'PID', describe: 'signal this process of the jail' },
    },
    positionals: [
      id,
      {
        name: 'signal',
        value: 'SIGNAL',
        describe: 'name with or without SIG, or number (default: TERM)',
        complete: 'signal',
      },
    ],
    examples: [
      ['kill web', 'ask web to end (SIGTERM)'],
      ['kill web HUP', 'send SIGHUP to its first process'],
      ['kill --all web 9', 'end all of its processes'],
    ],
  },
  delete: {
    purpose: 'Remove stopped containers and everything that was made for them',
    details: [
      'Mounts, jail, interfaces, rules and files go, in the reverse of the order in which they came.',
    ],
    options: {
      force: {
        type: 'flag',
        alias: 'f',
        describe: 'end what still runs; say nothing about a container that does not exist',
      },
    },
    positionals: [{ ...id, name: 'ids', describe: 'containers to remove', variadic: true }],
    examples: [
      ['delete web', 'remove the stopped container web'],
      ['delete --force web db', 'stop and remove web and db'],
    ],
  },
  run: {
    purpose: 'Create and start a container, wait for its program, and delete it',
    details: [
      "The exit status is the program's own, 128+n when signal n ended it, 126 or 127 when it cannot be executed or found. Signals are passed on. With process.terminal true the terminal of the caller is used.",
    ],
    options: {
      ...createOptions,
      detach: { type: 'flag', alias: 'd', describe: 'return when the program runs; the container stays' },
      keep: { type: 'flag', describe: 'do not delete the container when the program has ended' },
    },
    positionals: [newId, bundleWord],
    examples: [
      ['run --bundle /containers/sh demo', 'run it in the foreground and remove it afterwards'],
      ['run -d -b /containers/web web', 'run it in the background'],
    ],
  },
  list: {
    purpose: 'List containers',
    options: {
      quiet: { type: 'flag', alias: 'q', describe: 'print ids only' },
      format: tableFormat,
    },
    positionals: [],
    examples: [
      ['list', 'show id, pid, status, bundle and jail of every container'],
      ['list -q', 'print the ids, one a line'],
    ],
  },
} as const satisfies Readonly<Record<string, CommandSpec>>
