/** Rows of the global options. */
import type { OptionSpec } from './types.ts'

/** The options of every command. runc accepts them before the command only; this program accepts them after it too. */
export const globalOptions = {
  root: {
    type: 'string',
    value: 'DIR',
    describe:
      'directory for the state of containers (default: /var/run/jailwright, or /var/run/ocijail when called ocijail)',
    complete: 'directory',
  },
  log: {
    type: 'string',
    value: 'FILE',
    describe: 'write messages to FILE; errors go to standard error as well',
    complete: 'file',
  },
  'log-format': {
    type: 'string',
    value: 'FORMAT',
    describe: 'format of the log',
    choices: ['text', 'json'],
    default: 'text',
  },
  'log-level': {
    type: 'string',
    value: 'LEVEL',
    describe: 'least level that is logged',
    choices: ['trace', 'debug', 'info', 'warn', 'warning', 'error', 'fatal', 'panic'],
    default: 'info',
  },
  debug: { type: 'flag', describe: 'log everything, and show where an unexpected error came from' },
  version: { type: 'flag', alias: 'v', describe: 'print the version' },
  help: { type: 'flag', alias: 'h', describe: 'print help' },
  'systemd-cgroup': { type: 'flag', describe: 'accepted for callers of runc', ignored: true },
  'cgroup-manager': {
    type: 'string',
    value: 'NAME',
    describe: 'accepted for callers of crun',
    ignored: true,
  },
  rootless: { type: 'string', value: 'MODE', describe: 'accepted for callers of runc', ignored: true },
  criu: { type: 'string', value: 'PATH', describe: 'accepted for callers of runc', ignored: true },
} as const satisfies Readonly<Record<string, OptionSpec>>
