/** Options and words that several commands have. */
import type { OptionSpec, PositionalSpec } from './types.ts'

/** The word of an existing container. */
export const container = {
  name: 'id',
  value: 'CONTAINER-ID',
  describe: 'the container',
  required: true,
  complete: 'container',
} as const satisfies PositionalSpec

/** The option for the bundle directory. */
export const bundle = {
  type: 'string',
  alias: 'b',
  value: 'DIR',
  describe: 'directory that holds config.json (default: the current directory)',
  complete: 'directory',
} as const satisfies OptionSpec

/** The option for the form of the output: text or JSON. */
export const textFormat = {
  type: 'string',
  alias: 'f',
  value: 'FORMAT',
  describe: 'form of the output',
  choices: ['text', 'json'],
  default: 'text',
} as const satisfies OptionSpec

/** The option for the form of the output: a table or JSON. */
export const tableFormat = {
  ...textFormat,
  choices: ['table', 'json'],
  default: 'table',
} as const satisfies OptionSpec

/** The option for descriptors that the program gets. */
export const preserveFds = {
  type: 'integer',
  value: 'N',
  describe: 'pass N more descriptors, from 3 on, to the program',
  default: 0,
  min: 0,
} as const satisfies OptionSpec
