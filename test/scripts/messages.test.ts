/** The comparison of docs/troubleshooting.md with the messages of the source. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import tmp from 'tmp'
import { expect, it } from 'vitest'
import { documented, messagesOf, sorted } from '../../scripts/messages.mjs'

const text = readFileSync('docs/troubleshooting.md', 'utf8')
let found: ReturnType<typeof messagesOf> | undefined

/** Gives the messages of src/. They are collected once, because the compiler reads all of src/ for it. */
function messages(): ReturnType<typeof messagesOf> {
  found ??= messagesOf()
  return found
}

it('Every message of the source has a line in docs/troubleshooting.md: "node scripts/messages.mjs" lists what is missing.', () => {
  const known = new Set(documented(text))
  expect([...messages()].filter(([message]) => !known.has(message))).toEqual([])
}, 120_000)

it('Every line of docs/troubleshooting.md is a message of the source: "node scripts/messages.mjs" lists what is stale.', () => {
  const all = messages()
  expect(documented(text).filter(message => !all.has(message))).toEqual([])
}, 120_000)

it('docs/troubleshooting.md has each message once, with words after it, in the order of its section.', () => {
  const all = documented(text)
  expect(all.length).toBe(new Set(all).size)
  expect(text.split('\n').filter(line => /^- (`+).*?\1$/.test(line))).toEqual([])
  expect(sorted(text)).toBe(text)
})

it('Messages are followed through constants, conditions, functions and parameters.', () => {
  const folder = tmp.dirSync({ unsafeCleanup: true }).name
  mkdirSync(join(folder, 'sub'))
  writeFileSync(
    join(folder, 'sub', 'code.ts'),
    `class JailwrightError extends Error { constructor(code: string, text: string) { super(code + text) } }
const known = 'a constant'
const reason = (n: number) => (n > 1 ? \`too \${'much'} of it\` : 'too little')
function refuse(why: string): never { throw new JailwrightError('USAGE', \`invalid id: \${why}\`) }
function tell(text: string): never { throw new JailwrightError('USAGE', text) }
export function all(n: number, log: { warn(text: string): void }) {
  log.warn(known)
  log.warn(\`\${n}: \${reason(n)}\`)
  if (n > 1) refuse('it is empty')
  tell('passed ' + 'on')
}
`,
  )
  expect([...messagesOf(folder).keys()]).toEqual([
    'a constant',
    'invalid id: …',
    'passed on',
    'too little',
    'too … of it',
  ])
})
