/**
 * struct devfs_rule (sys/fs/devfs/devfs.h): made of devfs(8)'s words and printed as these words, as sbin/devfs/rule.c does it.
 * The caller looks up the names of users and groups, so that these functions call nothing of the host.
 */
import { decode, encode } from '../../bytes.ts'
import { SyscallError } from '../../errors.ts'
import { type Memory, memory } from '../ffi/memory.ts'
import { parseMode } from './mode.ts'

/** The size of struct devfs_rule, and the offsets of its members. */
export const DEVFS_RULE = {
  size: 236,
  magic: 0,
  id: 4,
  conditions: 8,
  types: 12,
  pattern: 16,
  patternSize: 200,
  actions: 216,
  visibility: 220,
  uid: 224,
  gid: 228,
  mode: 232,
  include: 234,
} as const

/** Requests of ioctl(2) on a devfs. */
export const DEVFSIO = {
  RADD: 0xc0ec4400,
  RDEL: 0x80044401,
  RAPPLY: 0x80ec4402,
  RGETNEXT: 0xc0ec4404,
  SGETNEXT: 0xc002440c,
} as const

const MAGIC = 0xdb0a087a
const CONDITION = { types: 1, pattern: 2 } as const
const ACTION = { visibility: 1, uid: 2, gid: 4, mode: 8, include: 0x10 } as const
const HIDE = 1
const UNHIDE = 2
/** Classes of drivers: D_DISK, D_MEM, D_TAPE, D_TTY of sys/conf.h, in the order in which devfs(8) prints them. */
const TYPES: readonly (readonly [name: string, flag: number])[] = [
  ['disk', 2],
  ['mem', 8],
  ['tape', 1],
  ['tty', 4],
]

/** Look-ups of the host's users and groups by name; undefined for a name that does not exist. */
export interface Ids {
  user(name: string): number | undefined
  group(name: string): number | undefined
}

/** Look-ups of the names of the host's users and groups; undefined for an id without a name. */
export interface Names {
  user(uid: number): string | undefined
  group(gid: number): string | undefined
}

function refuse(text: string): SyscallError {
  return new SyscallError('devfs rule', 'EINVAL', text)
}

/** Gives a rule without conditions and actions, with which DEVFSIO_RGETNEXT asks for the rule after `number`. */
export function ruleAfter(ruleset: number, number: number): Memory {
  const rule = memory(DEVFS_RULE.size)
  rule.writeUInt32(MAGIC, DEVFS_RULE.magic)
  rule.writeUInt32(ruleset * 0x1_0000 + number, DEVFS_RULE.id)
  return rule
}

/** Gives the number of a rule in its ruleset, which is the lower half of its id. */
export function ruleNumber(rule: Memory): number {
  return rule.readUInt32(DEVFS_RULE.id) & 0xffff
}

/**
 * Gives the struct devfs_rule of one rule in devfs(8)'s words, for a ruleset. A number before the words is the rule's number;
 * without it the kernel chooses the number. EINVAL with devfs(8)'s message for a text that is no rule.
 */
export function encodeRule(ruleset: number, text: string, ids: Ids): Memory {
  const words = text.split(/[ \t\n]+/).filter(word => word !== '')
  if (words.length === 0) throw refuse('unexpected end of rulespec')
  const number = to16Bits(words[0]!)
  const rule = ruleAfter(ruleset, number ?? 0)
  const reader = new Reader(rule, words, number === undefined ? 0 : 1, ids)
  reader.conditions()
  reader.actions()
  return rule
}

function to16Bits(word: string): number | undefined {
  return /^[0-9]+$/.test(word) && Number(word) <= 0xffff ? Number(word) : undefined
}

class Reader {
  readonly rule: Memory
  readonly words: readonly string[]
  readonly ids: Ids
  at: number

  constructor(rule: Memory, words: readonly string[], at: number, ids: Ids) {
    this.rule = rule
    this.words = words
    this.at = at
    this.ids = ids
  }

  /** Gives the word after the current one, and moves behind it. */
  argument(): string {
    const value = this.words[this.at + 1]
    if (value === undefined) throw refuse(`expecting argument for ${this.words[this.at]}`)
    this.at += 2
    return value
  }

  /** Sets bits in a member of 32 bits. */
  add(field: number, bits: number): void {
    this.rule.writeUInt32(this.rule.readUInt32(field) | bits, field)
  }

  conditions(): void {
    for (;;) {
      if (this.words[this.at] === 'type') {
        const name = this.argument()
        const type = TYPES.find(([each]) => each === name)
        if (type === undefined) throw refuse(`unknown type: ${name}`)
        this.add(DEVFS_RULE.types, type[1])
        this.add(DEVFS_RULE.conditions, CONDITION.types)
      } else if (this.words[this.at] === 'path') {
        const pattern = encode(this.argument())
        // devfs(8) cuts a pattern that is too long, with a warning; the rule would then apply to other devices, so it is
        // refused.
        if (pattern.length >= DEVFS_RULE.patternSize) throw refuse('pattern specified too long')
        this.rule.fill(0, DEVFS_RULE.pattern, DEVFS_RULE.pattern + DEVFS_RULE.patternSize)
        this.rule.set(pattern, DEVFS_RULE.pattern)
        this.add(DEVFS_RULE.conditions, CONDITION.pattern)
      } else return
    }
  }

  actions(): void {
    while (this.at < this.words.length) {
      const word = this.words[this.at]!
      switch (word) {
        case 'hide':
        case 'unhide':
          this.add(DEVFS_RULE.actions, ACTION.visibility)
          this.add(DEVFS_RULE.visibility, word === 'hide' ? HIDE : UNHIDE)
          this.at += 1
          break
        case 'user':
          this.number(DEVFS_RULE.uid, ACTION.uid, name => this.ids.user(name))
          break
        case 'group':
          this.number(DEVFS_RULE.gid, ACTION.gid, name => this.ids.group(name))
          break
        case 'mode':
          this.mode(this.argument())
          break
        case 'include':
          this.include(this.argument())
          break
        default:
          throw refuse(`unknown argument: ${word}`)
      }
    }
  }

  number(field: number, action: number, byName: (name: string) => number | undefined): void {
    const word = this.argument()
    const id = byName(word) ?? (/^-?[0-9]+$/.test(word) ? Number(word) : undefined)
    if (id === undefined || id > 0x7fffffff) throw refuse(`error converting to integer: ${word}`)
    this.rule.writeUInt32(id >>> 0, field)
    this.add(DEVFS_RULE.actions, action)
  }

  mode(word: string): void {
    const mode = parseMode(word)
    if (mode === undefined) throw refuse(`invalid mode: ${word}`)
    this.rule.writeUInt16(mode, DEVFS_RULE.mode)
    this.add(DEVFS_RULE.actions, ACTION.mode)
  }

  include(word: string): void {
    const ruleset = to16Bits(word)
    if (ruleset === undefined) throw refuse(`error converting to number: ${word}`)
    this.rule.writeUInt16(ruleset, DEVFS_RULE.include)
    this.add(DEVFS_RULE.actions, ACTION.include)
  }
}

/** Gives a rule as `devfs rule show` prints it, without its number. */
export function decodeRule(rule: Memory, names: Names): string {
  const words: string[] = []
  const conditions = rule.readUInt32(DEVFS_RULE.conditions)
  const actions = rule.readUInt32(DEVFS_RULE.actions)
  const types = rule.readUInt32(DEVFS_RULE.types)
  if (conditions & CONDITION.types)
    for (const [name, flag] of TYPES) if (types & flag) words.push('type', name)
  if (conditions & CONDITION.pattern) {
    const pattern = rule.subarray(DEVFS_RULE.pattern, DEVFS_RULE.pattern + DEVFS_RULE.patternSize)
    const end = pattern.indexOf(0)
    words.push('path', decode(pattern.subarray(0, end === -1 ? pattern.length : end)))
  }
  if (actions & ACTION.visibility) {
    const visibility = rule.readUInt32(DEVFS_RULE.visibility)
    if (visibility & HIDE) words.push('hide')
    if (visibility & UNHIDE) words.push('unhide')
  }
  const uid = rule.readInt32(DEVFS_RULE.uid)
  const gid = rule.readInt32(DEVFS_RULE.gid)
  if (actions & ACTION.uid) words.push('user', names.user(uid) ?? String(uid))
  if (actions & ACTION.gid) words.push('group', names.group(gid) ?? String(gid))
  if (actions & ACTION.mode) words.push('mode', rule.readUInt16(DEVFS_RULE.mode).toString(8))
  if (actions & ACTION.include) words.push('include', String(rule.readUInt16(DEVFS_RULE.include)))
  return words.join(' ')
}
