/** Resources in the order of rctl(8)'s usage listing (kern_rctl.c resourcenames). */
export const RESOURCES = [
  'cputime',
  'datasize',
  'stacksize',
  'coredumpsize',
  'memoryuse',
  'memorylocked',
  'maxproc',
  'openfiles',
  'vmemoryuse',
  'pseudoterminals',
  'swapuse',
  'nthr',
  'msgqqueued',
  'msgqsize',
  'nmsgq',
  'nsem',
  'nsemop',
  'nshm',
  'shmsize',
  'wallclock',
  'pcpu',
  'readbps',
  'writebps',
  'readiops',
  'writeiops',
] as const
/** The name of a resource of rctl(8). */
export type Resource = (typeof RESOURCES)[number]

const MILLIONS: readonly Resource[] = ['cputime', 'wallclock', 'pcpu']
const NOT_DENIABLE: readonly Resource[] = [
  'cputime',
  'wallclock',
  'readbps',
  'writebps',
  'readiops',
  'writeiops',
]
const DECAYING: readonly Resource[] = ['readbps', 'writebps', 'readiops', 'writeiops']
/** Resources that are counted for a whole container only, so that no process can have a limit. */
export const SLOPPY: readonly Resource[] = [
  'pseudoterminals',
  'swapuse',
  'msgqqueued',
  'msgqsize',
  'nmsgq',
  'nsem',
  'nsemop',
  'nshm',
  'shmsize',
]

const SUBJECTS = ['process', 'user', 'loginclass', 'jail'] as const
/** The kind of a subject of rctl(8). */
export type Subject = (typeof SUBJECTS)[number]

const SIGNALS =
  'hup int quit ill trap abrt emt fpe kill bus segv sys pipe alrm term urg stop tstp chld ttin ttou io xcpu xfsz vtalrm prof winch info usr1 usr2 thr'
const ACTIONS = [...SIGNALS.split(' ').map(name => `sig${name}`), 'deny', 'log', 'devctl', 'throttle']

/** A rule or a filter; an undefined part of a filter matches anything. */
export interface RctlRule {
  subject?: Subject
  id?: string
  resource?: Resource
  action?: string
  amount?: bigint
  per?: Subject
}

const MAX = (1n << 63n) - 1n

/** Why the kernel refuses a text or a rule. */
export type RuleError = 'EINVAL' | 'ERANGE' | 'EOPNOTSUPP' | 'ENAMETOOLONG'

function split(text: string): (string | undefined)[] {
  const [subject, id, resource, ...rest] = text.split(':')
  const tail = rest.length === 0 ? undefined : rest.join(':')
  const found = tail === undefined ? null : /^([^=/]*)(?:([=/])([^/]*)(?:\/(.*))?)?$/s.exec(tail)
  return [subject, id, resource, found?.[1], found?.[3], found?.[4]]
}

function word<T extends string>(value: string | undefined, table: readonly T[]): T | undefined | 'EINVAL' {
  if (value === undefined || value === '') return undefined
  return table.find(name => name === value.toLowerCase()) ?? 'EINVAL'
}

/** rctl_string_to_rule: the text of a rule or filter, every part of it optional. */
export function parseRctl(text: string): RctlRule | RuleError {
  const [subjectText, id, resourceText, actionText, amountText, perText] = split(text)
  const subject = word(subjectText, SUBJECTS)
  const resource = word(resourceText, RESOURCES)
  const action = word(actionText, ACTIONS)
  const per = word(perText, SUBJECTS)
  if (subject === 'EINVAL' || resource === 'EINVAL' || action === 'EINVAL' || per === 'EINVAL')
    return 'EINVAL'
  const rule: RctlRule = { subject, resource, action, per }
  if (id !== undefined && id !== '') {
    if (subject === undefined) return 'EINVAL'
    if ((subject === 'process' || subject === 'user') && !/^[0-9]+$/.test(id)) return 'EINVAL'
    // prison_racct_find and loginclass_find refuse longer names (MAXHOSTNAMELEN, MAXLOGNAME).
    const longest = subject === 'jail' ? 255 : subject === 'loginclass' ? 32 : undefined
    if (longest !== undefined && Buffer.byteLength(id) > longest) return 'ENAMETOOLONG'
    rule.id = id
  }
  if (amountText !== undefined && amountText !== '') {
    if (!/^[0-9]+$/.test(amountText)) return 'EINVAL'
    rule.amount = BigInt(amountText)
    const limit = resource !== undefined && MILLIONS.includes(resource) ? MAX / 1_000_000n : MAX
    if (rule.amount > limit) return 'ERANGE'
  }
  return rule
}

/** Why a complete rule makes no sense (rctl_rule_add), undefined when it does. The caller fills `per` in before. */
export function refuse(rule: RctlRule): RuleError | undefined {
  const { subject, id, resource, action, amount, per } = rule
  if (subject === undefined || id === undefined || resource === undefined) return 'EINVAL'
  if (action === undefined || amount === undefined || per === undefined) return 'EINVAL'
  if (action === 'deny' && NOT_DENIABLE.includes(resource)) return 'EOPNOTSUPP'
  if (action === 'throttle' && !DECAYING.includes(resource)) return 'EOPNOTSUPP'
  if (per === 'process' && SLOPPY.includes(resource)) return 'EOPNOTSUPP'
  return undefined
}

/** rctl_rule_matches: every part that the filter has is equal. */
export function matches(rule: RctlRule, filter: RctlRule): boolean {
  const parts: (keyof RctlRule)[] = ['subject', 'id', 'resource', 'action', 'amount', 'per']
  return parts.every(part => filter[part] === undefined || filter[part] === rule[part])
}

/** The rule as the kernel writes it. */
export function formatRctl(rule: RctlRule): string {
  const per = rule.per === rule.subject ? '' : `/${rule.per}`
  return `${rule.subject}:${rule.id ?? ''}:${rule.resource}:${rule.action}=${rule.amount}${per}`
}
