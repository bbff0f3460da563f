/** What `inspect` has found, as text. */
import type { Inspection } from '../container/inspect/index.ts'
import { type Item, SECTIONS, type Sections } from '../container/inspect/item.ts'
import { commentText } from '../translate/text/quote.ts'

const TITLES: Readonly<Record<keyof Sections, string>> = {
  files: 'files of the state directory',
  parameters: 'jail parameters',
  mounts: 'mounts',
  rules: 'devfs ruleset',
  interfaces: 'interfaces',
  limits: 'limits',
  processes: 'processes',
}

/** The mark of a line: what is as planned has none, so that the others are seen. */
const MARKS: Readonly<Record<Item['mark'], string>> = { ok: '', drift: 'DRIFT', other: '-', unknown: '?' }
const MARK_WIDTH = 5

/** The whole text: a line for each thing, sections with a line between them, and what it comes to. */
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

/** What a name holds cannot begin a line. */
function plain(block: readonly string[]): string[] {
  return block.map(line => commentText(line.trimEnd()))
}

function lines(items: readonly Item[]): string[] {
  // A long name is not to push all others' values out of sight.
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
