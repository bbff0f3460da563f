/**
 * `npm run docs` makes man/*.8 and man/*.5 from the prose in man/*.in and from tables of the source (commands, annotations,
 * device profiles). With `--check` nothing is written, and the status is 1 when a page is not current.
 */
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))
const man = path.join(root, 'man')
/** Date of the pages: that of the last important change. It is not that of the build, so that `--check` can compare pages. */
const date = 'November 22, 2026'

/** Loads the tables. They are TypeScript, which Node 20 does not read, so esbuild makes a module of them in memory. */
async function tables() {
  const { outputFiles } = await build({
    stdin: {
      contents: `
        export { commands } from './src/cli/commands.ts'
        export { globalOptions } from './src/cli/table/global.ts'
        export { ociVersion } from './src/cli/version.ts'
        export { annotationRows } from './src/translate/disposition/disposition.ts'
        export { DEVICE_PROFILES } from './src/translate/devices/profiles.ts'`,
      resolveDir: root,
      loader: 'ts',
    },
    bundle: true,
    format: 'esm',
    platform: 'node',
    write: false,
  })
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].text).toString('base64')}`)
}

const { commands, globalOptions, ociVersion, annotationRows, DEVICE_PROFILES } = await tables()

/** Escapes text for mdoc(7), with each sentence on a line of its own and no line that looks like a macro. */
function text(value) {
  return value
    .replaceAll('\\', '\\e')
    .replace(/([a-z0-9)"'.])([.:;]) +(?=[A-Z"'])/g, '$1$2\n')
    .replace(/^([.'])/gm, '\\&$1')
}

/** Escapes one argument of a macro. */
function argument(value) {
  const escaped = value.replaceAll('\\', '\\e').replaceAll('"', '\\(dq')
  return /[\s"]/.test(escaped)
    ? `"${escaped}"`
    : `${/^([A-Z][a-z]|[.,:;()[\]?!|])$/.test(escaped) ? '\\&' : ''}${escaped}`
}

function optionList(options) {
  const shown = Object.entries(options).filter(([, { ignored }]) => !ignored)
  if (shown.length === 0) return []
  const items = shown.flatMap(([name, { alias, value, describe, choices, default: standard }]) => {
    const flag = [alias && `Fl ${alias} , `, `Fl -${name}`, value && ` Ar ${argument(value)}`]
      .filter(Boolean)
      .join('')
    const sentence = `${describe[0].toUpperCase()}${describe.slice(1)}`
    const more = [choices && ` (${choices.join(', ')})`, standard !== undefined && `; default: ${standard}`]
    return [`.It ${flag}`, text(`${sentence}${more.filter(Boolean).join('')}.`)]
  })
  return ['.Bl -tag -width Ds', ...items, '.El']
}

function words({ positionals }) {
  return positionals
    .map(({ value, required, variadic }) => {
      const word = `Ar ${argument(value)}${variadic ? ' ...' : ''}`
      return required ? word : `Op ${word}`
    })
    .join(' ')
}

function commandList() {
  const items = Object.entries(commands).flatMap(([name, command]) => {
    const options = Object.values(command.options).some(({ ignored }) => !ignored) ? 'Oo Ar options Oc' : ''
    const heading = ['.It Cm', argument(name), options, words(command)].filter(Boolean).join(' ')
    const paragraphs = [`${command.purpose}.`, ...(command.details ?? [])].map(text).join('\n.Pp\n')
    return [heading, paragraphs, ...optionList(command.options)]
  })
  return ['.Bl -tag -width Ds', ...items, '.El'].join('\n')
}

function examples() {
  return Object.values(commands)
    .flatMap(({ examples }) => examples)
    .map(
      ([line, meaning]) =>
        `${text(`${meaning[0].toUpperCase()}${meaning.slice(1)}:`)}\n.Dl jailwright ${line.replaceAll('\\', '\\e')}`,
    )
    .join('\n.Pp\n')
}

const ours = annotationRows.filter(([name]) => /^org\.(freebsd|jailwright)\./.test(name))

function annotations() {
  return ours
    .filter(([, { fate }]) => fate !== 'refused')
    .map(([name, { note }]) => `.It Va ${argument(name.replace(/<(\w+)>/, '$1'))}\n${text(note)}`)
    .join('\n')
}

function refused() {
  const names = ours.filter(([, { fate }]) => fate === 'refused').map(([name]) => name)
  return names.map((name, at) => `.Va ${argument(name)}${at === names.length - 1 ? ' .' : ' ,'}`).join('\n')
}

function profiles() {
  const items = Object.entries(DEVICE_PROFILES).map(([name, { summary, modules = [], warning }]) => {
    const needs =
      modules.length === 0
        ? ''
        : `; needs the module${modules.length > 1 ? 's' : ''} ${modules.join(' and ')}`
    const sentence = `${summary[0].toUpperCase()}${summary.slice(1)}${needs}.`
    return `.It Cm ${argument(name)}\n${text(warning ? `${sentence} It ${warning}.` : sentence)}`
  })
  return ['.Bl -tag -width bhyve-passthrough -offset indent', ...items, '.El'].join('\n')
}

const parts = {
  DATE: date,
  OCI: ociVersion,
  GLOBAL: optionList(globalOptions).join('\n'),
  COMMANDS: commandList(),
  EXAMPLES: examples(),
  ANNOTATIONS: annotations(),
  REFUSED: refused(),
  PROFILES: profiles(),
}

/** Breaks a long line of text into several. */
function fill(line) {
  return line
    .replace(/(.{1,78})(?: +|$)/g, '$1\n')
    .trimEnd()
    .replace(/^([.'])/gm, '\\&$1')
}

for (const template of fs.readdirSync(man).filter(name => name.endsWith('.in'))) {
  const file = path.join(man, template.slice(0, -'.in'.length))
  const prose = fs.readFileSync(path.join(man, template), 'utf8')
  const page = prose.replace(/@([A-Z]+)@/g, (_, part) => parts[part]).replace(/^[^.\n].{80,}$/gm, fill)
  const notice = `.\\" Made by "npm run docs" from ${template} and the tables of the source; change those.\n`
  const current = fs.existsSync(file) && fs.readFileSync(file, 'utf8') === notice + page
  if (current) continue
  if (process.argv.includes('--check')) {
    console.error(`man/${path.basename(file)} is not current: run "npm run docs"`)
    process.exitCode = 1
  } else fs.writeFileSync(file, notice + page)
}
