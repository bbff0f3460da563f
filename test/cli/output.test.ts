import { spawn, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildSync } from 'esbuild'
import { beforeAll, expect, test } from 'vitest'
import { statsEvent } from '../../src/cli/event.ts'
import { findingsText } from '../../src/cli/findings-text.ts'
import { statsTable } from '../../src/cli/stats-table.ts'
import { table } from '../../src/cli/text-table.ts'
import { selfCommand } from '../../src/host/self.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** A program that prints a megabyte with writeAll. */
const source = `import { writeAll } from './src/cli/output.ts'
const whole = writeAll(1, 'x'.repeat(1 << 20) + 'end')
process.exit(whole ? 0 : 3)`

/** That program bundled for Node; it is inside the repository because it looks for koffi in the directories above. */
const program = join(root, 'node_modules/.cache/cli-test/print.cjs')

beforeAll(() => {
  buildSync({
    stdin: { contents: source, resolveDir: root, loader: 'ts' },
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    external: ['koffi'],
    logLevel: 'error',
  })
})

test('a slow reader gets all that is written', async () => {
  const child = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'inherit'] })
  await new Promise(resolve => setTimeout(resolve, 300))
  let text = ''
  for await (const chunk of child.stdout) text += chunk
  expect(text.length).toBe((1 << 20) + 3)
  expect(text.endsWith('end')).toBe(true)
})

test('a reader that has gone is no error', () => {
  const { stdout, stderr } = spawnSync('sh', ['-c', '"$0" "$1" | head -c 10; :', process.execPath, program], {
    encoding: 'utf8',
  })
  expect({ stdout, stderr }).toEqual({ stdout: 'xxxxxxxxxx', stderr: '' })
})

test('a table has columns as wide as their widest cell', () => {
  expect(table(['A', 'BB'], [['long', 'x']])).toBe('A     BB\nlong  x\n')
})

test('statistics are printed with units', () => {
  const resources = {
    memoryuse: { used: 5_000_000, limit: 8 << 20 },
    pcpu: { used: 3 },
    maxproc: { used: 2, limit: 10 },
  }
  expect(statsTable({ id: 'web', time: '', resources })).toBe(
    'RESOURCE   USED     LIMIT\nmemoryuse  4.8 MiB  8.0 MiB\npcpu       3%       -\nmaxproc    2        10\n',
  )
})

test("events have runc's form, without what the kernel does not count", () => {
  const resources = {
    cputime: { used: 3 },
    memoryuse: { used: 5_000_000, limit: 8 << 20 },
    maxproc: { used: 2, limit: 10 },
    pcpu: { used: 3 },
  }
  expect(statsEvent({ id: 'web', time: '', resources })).toEqual({
    type: 'stats',
    id: 'web',
    data: {
      cpu: { usage: { total: 3_000_000_000 } },
      memory: { usage: { usage: 5_000_000, limit: 8 << 20 }, swap: {} },
      pids: { current: 2, limit: 10 },
    },
  })
})

test('findings are printed with their hints below them', () => {
  expect(
    findingsText([
      { subject: 'racct', status: 'warning', message: 'off', hint: 'set it' },
      { subject: 'root', status: 'ok', message: 'yes' },
    ]),
  ).toBe('warning  racct  off\n                -> set it\nok       root   yes\n')
})

test('the command that starts this program again works', () => {
  const [engine, ...rest] = selfCommand()
  expect(engine).toBe(process.execPath)
  expect(rest).toEqual([join(root, 'dist/node/main.cjs')])
})
