/** The table of features by runtime, in markdown, from result files: a feature is there when all of its cases pass. */
import type { Column } from './columns.ts'
import type { Verdict } from './results.ts'

/** Features in words, each with the cases that show it. Some cases belong to two features. */
export const features: readonly (readonly [feature: string, cases: RegExp])[] = [
  ['create, start, state, kill, delete', /^(lifecycle\.(?!run)|state|delete)|^kill\./],
  ['`run`, attached and detached', /^lifecycle\.run/],
  [
    'several commands at the same time',
    /\.(same-id-race|five-at-once|others-not-held-up|state-while-creating|many-at-once|parent-at-once)$/,
  ],
  ['error messages and the log that podman reads', /^(errors|lifecycle\.log)/],
  [
    'program, arguments, environment, working directory, host name',
    /^process\.(args|large|path-lookup|env|cwd|script|empty|relative|no-such|not-in|not-exec|directory|no-args|missing|home|hostname)/,
  ],
  ['signals and session of the program', /^process\.(signals|session)/],
  ['user, groups, umask', /^process\.(user|umask|gid|not-root)/],
  ['resource limits of the process (rlimits)', /^process\.rlimit/],
  ['standard streams, --preserve-fds', /^process\.(std|preserve|listen|no-other|null)/],
  ['terminals (--console-socket)', /^terminal\./],
  ['exec', /^exec\./],
  ['pause and resume', /^pause\./],
  ['list, ps, update, features, spec', /^(list|ps|update|features|spec)\./],
  ['hooks: all six, state, order', /^hooks\.(?!fails|timeout)/],
  ['hooks: failures and timeouts', /^hooks\.(fails|timeout)/],
  [
    'bind mounts of directories and files',
    /^mounts\.(directory|file|point|missing|listed|child|noexec|spaces|letters|while|one-parent)/,
  ],
  ['recursive bind mounts', /^mounts\.(rbind|bind-says)/],
  ['mounts that would cover their own source', /^mounts\.(itself|readonly-below)/],
  [
    'types, options and paths of mounts',
    /^mounts\.(linux-options|unknown-type|of-linux|devfs-rule|not-absolute|slashes|source-kinds|on-the-root|over-a|fifo|none|type-)/,
  ],
  ['tmpfs, tmpcopyup', /^mounts\.(tmpfs|tmpcopyup)/],
  ['unix sockets as mounts', /^mounts\.socket/],
  [
    'links in an image lead nowhere outside',
    /^(mounts\.(link|dotdot|dev-is|dangling)|paths|security\.(file|swapped|unmount|tmpcopyup|console-link|proc-is|sys-is))/,
  ],
  ['directories that are exchanged while they are mounted', /^security\.mount-/],
  [
    'no way from a container to the host',
    /^security\.(host-|no-|chroot|linux-only|sysctl|state-|hook-|passwd-fifo|exec-stopped|cwd-by|directory-desc|devfs-covered)/,
  ],
  ['no container that cannot be deleted', /^security\.(undeletable|made-in|own-mounts)/],
  ['path and propagation of the root', /^root\.(writable|path|propagation)/],
  ['read-only root', /^root\.readonly/],
  ['masked and read-only paths', /^security\.masked|^paths\.masked/],
  ['devices: rules, profiles, links', /^devices\./],
  [
    'section freebsd of the specification 1.3',
    /^jails\.(section|defaults|host|statfs|domainname|example|annotation-over)/,
  ],
  [
    'the jail from create to delete, its name, the name ocijail',
    /^jails\.(process|exists|removed|devfs|mounts|readonly|stop|called|exec-fib|caller-with|name|id-|numeric)/,
  ],
  ['ZFS datasets that are handed over', /^jails\.dataset/],
  ['jail parameters by annotation', /^jails\.(allow|parameter|refused|sysv)/],
  ['parent jails (podman networks and pods)', /^jails\.parent/],
  ['network stacks of their own (vnet)', /^jails\.vnet/],
  ['interfaces, bridges, routes made by the runtime', /^network\./],
  ['addresses of a shared stack', /^jails\.(ip4|ip6|interface|addresses)/],
  ['resource limits of the container (rctl, cpuset)', /^limits\./],
  ['everything taken back after a crash', /^crash\./],
  ['bundles as podman writes them (--bundles)', /^podman\./],
  ['commands as CRI-O, containerd and runj give them', /^callers\./],
  ['the recipes of docs/recipes', /^recipes\./],
]

/** Text for a cell or a line of markdown: signs of markup stay text. */
export function plainText(text: string): string {
  return text.replace(/[\\|<>&*_[\]`]/g, sign => `\\${sign}`).replace(/\s+/g, ' ')
}

/** `yes`, `no`, `N of M`, or a dash where no case was tried. */
function answerOf(column: Column<Verdict>, belongs: (id: string) => boolean): string {
  const tried = [...column.cases.values()].filter(
    // A runtime that is known to differ lacks the feature; a host that lacks something tells nothing about the runtime.
    one => belongs(one.id) && (one.verdict !== 'skipped' || one.skip === 'runtime'),
  )
  const passed = tried.filter(one => one.verdict === 'passed').length
  if (tried.length === 0) return '-'
  if (passed === tried.length) return 'yes'
  return passed === 0 ? 'no' : `${passed} of ${tried.length}`
}

/** Whether a case belongs to no feature. */
export function isOther(id: string): boolean {
  return !features.some(([, cases]) => cases.test(id))
}

/** The table as markdown, a column for each runtime. Cases that belong to no feature have a row of their own. */
export function featuresTable(columns: readonly Column<Verdict>[]): string {
  const rows = [
    ['feature', ...columns.map(one => `${plainText(one.runtime)}, ${plainText(one.host)}`)],
    columns.map(() => '---'),
    ...features.map(([feature, cases]) => [
      feature,
      ...columns.map(one => answerOf(one, id => cases.test(id))),
    ]),
    ...(columns.some(one => [...one.cases.keys()].some(isOther))
      ? [['other cases', ...columns.map(one => answerOf(one, isOther))]]
      : []),
  ]
  rows[1]?.unshift('---')
  const dates = columns.map(
    one =>
      `${plainText(`${one.runtime} on ${one.host}`)}: ${one.date.slice(0, 10)}, ${plainText(one.system)}`,
  )
  return [
    ...rows.map(row => `| ${row.join(' | ')} |`),
    '',
    `\`yes\`: every case of the feature that was tried holds; \`-\`: none was tried there. ${dates.join('; ')}.`,
    '',
  ].join('\n')
}
