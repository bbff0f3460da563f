/** The result of `inspect` as text. */
import type { Inspection } from '../container/inspect/index.ts'
import { type Item, SECTIONS, type Sections } from '../container/inspect/item.ts'
import { commentText } from '../translate/text/quote.ts'

const TITLES: Readonly<Record<keyof Sections, string>> = {
  files: 'files of the state directory',
  parameters: 'jail parameters',
  mounts: 'mounts',
  rules: 'devfs ruleset',
  devices: 'device nodes',
  interfaces: 'interfaces',
  limits: 'limits',
  processes: 'processes',
}

/** The marks of lines. A line that agrees with the plan has no mark, so that the other lines stand out. */
const MARKS: Readonly<Record<Item['mark'], string>> = { ok: '', drift: 'DRIFT', other: '-', unknown: '?' }
const MARK_WIDTH = 5

/** Returns the whole text: a line for each thing, an empty line between sections, and the number of drifts. */
export function inspectText(inspection: Inspection): string {
  const { id, status, jail, jid, root, bundle, rebooted, drift, sections } = inspection
  const head = [
    `container ${id}: ${status}, jail ${jail}${jid === 0 ? '' : ` (jid ${jid})`}`,
    ...(root === null ? [] : [`root ${root}`]),
    ...(bundle === null ? [] : [`bundle ${bundle}`]),
    ...(rebooted ? ['the host has been restarted since it was created'] : []),
  ]
  const blocks = SECTIONS.filter(name => sections[name].length > 0).map(name => [
    TITLES[name],
    ...lines(sections[name]),
  ])
  const sum =
    drift === 0 ? 'no drift from the plan' : `${drift} ${drift === 1 ? 'drift' : 'drifts'} from the plan`
  return `${[head, ...blocks, [sum]].map(block => plain(block).join('\n')).join('\n\n')}\n`
}

/** Removes control characters, so that a name cannot begin a line of its own. */
function plain(block: readonly string[]): string[] {
  return block.map(line => commentText(line.trimEnd()))
}

function lines(items: readonly Item[]): string[] {
  // The width has an upper bound, so that one long name does not push the other lines' values out of sight.
  const width = Math.min(Math.max(...items.map(({ name }) => name.length)), 40)
  return items.map(
    item => `  ${MARKS[item.mark].padEnd(MARK_WIDTH)}  ${item.name.padEnd(width)}  ${value(item)}`,
  )
}

function value({ name, mark, planned, found, note }: Item): string {
  const now = found === name ? undefined : found
  const then = planned === name ? undefined : planned
  const parts: string[] = []
  if (now !== undefined) parts.push(now)
  if (then !== undefined && (mark === 'drift' || now === undefined))
    parts.push(mark === 'drift' ? `planned: ${then}` : then)
  if (note !== undefined) parts.push(note)
  return parts.join('; ')
}
