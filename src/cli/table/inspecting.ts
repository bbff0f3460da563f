/** Rows of the commands that show a container. */
import { container, textFormat } from './shared.ts'
import type { CommandSpec } from './types.ts'

/** The commands that show a container in any state and change nothing. */
export const inspecting = {
  inspect: {
    purpose: 'Compare a container with its plan, as it is on the host now',
    details: [
      'Shows the files of the state directory, jail parameters, mounts, devfs rules, device nodes, interfaces, default routes, limits and processes. A line is marked DRIFT where the host differs from the plan, "-" where the plan does not speak of it and it is no fault, "?" where it cannot be told. The exit status is 1 when there is a drift.',
      'Works on a damaged container too: without its plan, and without its jail.',
    ],
    options: { format: textFormat },
    positionals: [container],
    examples: [
      ['inspect web', 'every thing on a line, with a mark'],
      ['inspect -f json web', 'the same as JSON, with the whole plan'],
    ],
  },
  journal: {
    purpose: 'Show what "delete --force" would take back, in order',
    details: [
      'The newest effect comes first. What the journal has lost and can be told from the plan and the state is shown without a number. Nothing is changed.',
    ],
    options: { format: textFormat },
    positionals: [container],
    examples: [['journal web', 'a line for each effect on the host']],
  },
} as const satisfies Readonly<Record<string, CommandSpec>>
