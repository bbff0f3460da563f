/** Rows of the commands on a running container. */
import { container, preserveFds, tableFormat } from './shared.ts'
import type { CommandSpec } from './types.ts'

/** The commands on a running container. */
export const running = {
  exec: {
    purpose: 'Run a further program in a created or running container',
    details: [
      "The program gets the container's environment, groups, umask and limits unless options say otherwise; limits and umask that the FILE of --process leaves out are the container's too. The exit status is the program's own, 128+n when signal n ended it, 126 or 127 when it cannot be executed or found.",
      'Every word after CONTAINER-ID belongs to the program.',
    ],
    options: {
      process: {
        type: 'string',
        alias: 'p',
        value: 'FILE',
        describe:
          'take the process from FILE, a JSON object as "process" in config.json, with its user, directory and variables',
        complete: 'file',
      },
      detach: { type: 'flag', alias: 'd', describe: 'return when the program runs' },
      tty: { type: 'flag', alias: 't', describe: 'give it a terminal' },
      cwd: { type: 'string', value: 'DIR', describe: 'working directory inside the container' },
      env: { type: 'list', alias: 'e', value: 'NAME=VALUE', describe: 'set a variable; may be repeated' },
      user: { type: 'string', alias: 'u', value: 'UID[:GID]', describe: 'numeric user and group' },
      'additional-gids': {
        type: 'list',
        alias: 'g',
        value: 'GID',
        describe: 'a supplementary group; may be repeated or a comma list',
      },
      'no-new-privs': { type: 'flag', describe: 'set-user-id programs gain nothing' },
      'no-subreaper': { type: 'flag', describe: 'accepted for callers of runc', ignored: true },
      'pid-file': {
        type: 'string',
        value: 'FILE',
        describe: "write the program's pid to FILE",
        complete: 'file',
      },
      'console-socket': {
        type: 'string',
        value: 'SOCKET',
        describe: 'unix socket that receives the terminal',
        complete: 'file',
      },
      'preserve-fds': preserveFds,
      cap: {
        type: 'list',
        alias: 'c',
        value: 'NAME',
        describe: 'accepted for callers of runc',
        ignored: true,
      },
      apparmor: { type: 'string', value: 'NAME', describe: 'accepted for callers of runc', ignored: true },
      'process-label': {
        type: 'string',
        value: 'LABEL',
        describe: 'accepted for callers of runc',
        ignored: true,
      },
      cgroup: { type: 'list', value: 'PATH', describe: 'accepted for callers of runc', ignored: true },
      'ignore-paused': { type: 'flag', describe: 'run it in a paused container too' },
    },
    positionals: [
      container,
      { name: 'command', value: 'COMMAND', describe: 'the program and its arguments', variadic: true },
    ],
    passThrough: true,
    examples: [
      ['exec -t web sh', 'an interactive shell in web'],
      ['exec -u 1001:1001 --cwd /tmp web id', 'run id as another user'],
      ['exec --process p.json --detach --pid-file p.pid web', 'the way conmon calls it'],
    ],
  },
  pause: {
    purpose: 'Stop every process of a container until "resume"',
    details: ['The container has to be running: one that is created and waits for "start" is refused.'],
    options: {},
    positionals: [container],
    examples: [['pause web', 'stop its processes (SIGSTOP)']],
  },
  resume: {
    purpose: 'Let the processes of a paused container go on',
    options: {},
    positionals: [container],
    examples: [['resume web', 'let its processes go on (SIGCONT)']],
  },
  ps: {
    purpose: 'Show the processes of a container',
    details: ['Words after CONTAINER-ID are options for ps(1).'],
    options: {
      format: { ...tableFormat, describe: "ps(1)'s table, or the pids as JSON" },
    },
    positionals: [
      container,
      { name: 'options', value: 'PS-OPTION', describe: 'options for ps(1), after "--"', variadic: true },
    ],
    passThrough: true,
    examples: [
      ['ps web', 'show its processes'],
      ['ps web -- -o pid,user,rss,command', 'choose the columns'],
      ['ps -f json web', 'print the pids as JSON'],
    ],
  },
  update: {
    purpose: 'Change limits and devices of a running container',
    details: [
      'Limits are kept by rctl(8) and cpuset(1) and need kern.racct.enable=1 in loader.conf. Sizes take the suffixes k, m, g and t; -1 takes a limit away. Single options win over --resources. What FreeBSD cannot limit is ignored, with a warning.',
    ],
    options: {
      resources: {
        type: 'string',
        alias: 'r',
        value: 'FILE',
        describe: 'JSON object as "linux.resources" in config.json; - is standard input',
        complete: 'file',
      },
      memory: { type: 'string', value: 'BYTES', describe: 'memory in use (rctl memoryuse)' },
      'memory-swap': { type: 'string', value: 'BYTES', describe: 'memory and swap together, as in OCI' },
      'cpu-quota': {
        type: 'integer',
        value: 'US',
        describe: 'microseconds of processor time in a period (rctl pcpu)',
        min: -1,
      },
      'cpu-period': {
        type: 'integer',
        value: 'US',
        describe: 'length of the period in microseconds; takes effect with --cpu-quota',
        min: 0,
      },
      'cpuset-cpus': { type: 'string', value: 'LIST', describe: 'processors to run on, e.g. 0-3,7 (cpuset)' },
      'pids-limit': { type: 'integer', value: 'N', describe: 'number of processes (rctl maxproc)', min: -1 },
      'read-bps': { type: 'string', value: 'BYTES', describe: 'bytes read in a second (rctl readbps)' },
      'write-bps': { type: 'string', value: 'BYTES', describe: 'bytes written in a second (rctl writebps)' },
      'read-iops': { type: 'integer', value: 'N', describe: 'reads in a second (rctl readiops)', min: -1 },
      'write-iops': { type: 'integer', value: 'N', describe: 'writes in a second (rctl writeiops)', min: -1 },
      'device-add': {
        type: 'list',
        value: 'DEVICE',
        describe: 'show a device of the host in /dev, e.g. /dev/dri/renderD128; may be repeated',
        complete: 'file',
      },
      'device-remove': {
        type: 'list',
        value: 'DEVICE',
        describe: 'hide a device; may be repeated',
        complete: 'file',
      },
      limits: {
        type: 'string',
        value: 'MODE',
        describe: 'whether limits that this host cannot keep are an error or a warning',
        choices: ['strict', 'best-effort'],
        default: 'strict',
      },
      'memory-reservation': {
        type: 'string',
        value: 'BYTES',
        describe: 'accepted for callers of runc',
        ignored: true,
      },
      'kernel-memory': {
        type: 'string',
        value: 'BYTES',
        describe: 'accepted for callers of runc',
        ignored: true,
      },
      'kernel-memory-tcp': {
        type: 'string',
        value: 'BYTES',
        describe: 'accepted for callers of runc',
        ignored: true,
      },
      'cpu-share': { type: 'string', value: 'N', describe: 'accepted for callers of runc', ignored: true },
      'cpu-rt-period': {
        type: 'string',
        value: 'US',
        describe: 'accepted for callers of runc',
        ignored: true,
      },
      'cpu-rt-runtime': {
        type: 'string',
        value: 'US',
        describe: 'accepted for callers of runc',
        ignored: true,
      },
      'cpuset-mems': {
        type: 'string',
        value: 'LIST',
        describe: 'accepted for callers of runc',
        ignored: true,
      },
      'blkio-weight': { type: 'string', value: 'N', describe: 'accepted for callers of runc', ignored: true },
      'cpu-burst': { type: 'string', value: 'US', describe: 'accepted for callers of runc', ignored: true },
      'cpu-idle': { type: 'string', value: 'N', describe: 'accepted for callers of runc', ignored: true },
      'l3-cache-schema': {
        type: 'string',
        value: 'TEXT',
        describe: 'accepted for callers of runc',
        ignored: true,
      },
      'mem-bw-schema': {
        type: 'string',
        value: 'TEXT',
        describe: 'accepted for callers of runc',
        ignored: true,
      },
    },
    positionals: [container],
    examples: [
      ['update --memory 256m --pids-limit 100 web', 'limit memory and processes of web'],
      ['update --device-add /dev/dri/renderD128 web', 'give web a GPU render node while it runs'],
      ['update --resources limits.json web', 'take the limits from a file'],
    ],
  },
  stats: {
    purpose: 'Show what a container uses, and its limits',
    options: {
      interval: { type: 'integer', value: 'SECONDS', describe: 'repeat, with this pause, until interrupted' },
      format: tableFormat,
    },
    positionals: [container],
    examples: [
      ['stats web', 'processor time, memory, processes and I/O of web, once'],
      ['stats --interval 5 -f json web', 'one JSON line every five seconds'],
    ],
  },
  events: {
    purpose: 'Print what a container uses as JSON lines, in the form of runc',
    details: [
      'A line every five seconds until the container ends: processor time in nanoseconds (data.cpu.usage.total), memory and swap in bytes (data.memory.usage, data.memory.swap), processes (data.pids), each with its limit where there is one. What the kernel does not count is left out; "stats" tells more. There are no events of other types.',
    ],
    options: {
      interval: {
        type: 'string',
        value: 'DURATION',
        describe: 'pause between two lines, as 500ms, 5s or 1m30s',
        default: '5s',
      },
      stats: { type: 'flag', describe: 'print one line and end' },
    },
    positionals: [container],
    examples: [['events --stats web', 'one line']],
  },
} as const satisfies Readonly<Record<string, CommandSpec>>
