/** The comparison of docs/security.md with the tests and cases that it names. */
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { allCases } from '../../conformance/cases/index.ts'

const text = readFileSync('docs/security.md', 'utf8')
const ids = allCases.map(({ id }) => id)
/** Gives the test files below test/ as the document names them: `container/mounts/copy-up`. */
const files = (readdirSync('test', { recursive: true }) as string[])
  .filter(name => name.endsWith('.test.ts'))
  .map(name => name.slice(0, -'.test.ts'.length))

/**
 * Gives the names in backquotes after a word such as `cases` or `tests`, up to the next such word or the end of the bracket.
 */
function named(word: 'case' | 'test'): string[] {
  return [...text.matchAll(/\[((?:cases?|tests?) `[^\]]*)\]/g)].flatMap(([, held = '']) =>
    held
      .split(/;\s*/)
      .filter(part => part.startsWith(word))
      .flatMap(part => [...part.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name)),
  )
}

/** Gives the lines of the table below a heading, without its head. */
function rows(heading: string): string[] {
  const section = text.slice(text.indexOf(`## ${heading}\n`)).split('\n## ')[0] ?? ''
  return section.split('\n').filter(line => line.startsWith('| ') && !/^\| (Class|Id) /.test(line))
}

describe('docs/security.md', () => {
  it('docs/security.md names conformance cases that exist, a star standing for several', () => {
    const names = named('case')
    expect(names.length).toBeGreaterThan(40)
    const missing = names.filter(name =>
      name.endsWith('*') ? !ids.some(id => id.startsWith(name.slice(0, -1))) : !ids.includes(name),
    )
    expect(missing).toEqual([])
  })

  it('docs/security.md names test files that exist, by their path below test/', () => {
    const names = named('test')
    expect(names.length).toBeGreaterThan(10)
    expect(names.filter(name => !files.includes(name))).toEqual([])
  })

  it.each(['What is done', 'Known vulnerabilities'])(
    'docs/security.md names a test or case for each line of "%s"',
    heading => {
      const lines = rows(heading)
      expect(lines.length).toBeGreaterThan(12)
      expect(lines.filter(line => !/\[(cases?|tests?) `/.test(line))).toEqual([])
    },
  )

  it('docs/security.md promises nothing by design alone', () => {
    expect(text).not.toMatch(/\[[^\]`]*\bdesign\b|; design\]/)
  })
})
