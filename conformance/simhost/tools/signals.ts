/** Signal names and the numbers they have where the simulated host's programs run (Linux). */
import { constants } from 'node:os'

const NUMBERS = constants.signals as Record<string, number>

/** Number by name (with or without SIG, any case) or by number; undefined when unknown. */
export function signalNumber(name: string): number | undefined {
  if (/^[0-9]+$/.test(name)) return Number(name) <= 64 ? Number(name) : undefined
  const upper = name.toUpperCase()
  return NUMBERS[upper.startsWith('SIG') ? upper : `SIG${upper}`]
}

/** All names without SIG, by number. */
export function signalNames(): string[] {
  const list: string[] = []
  for (const [name, value] of Object.entries(NUMBERS)) list[value] ??= name.slice(3)
  return list
}
