/** Does the steps of a case. A step with an unexpected answer throws CaseFailure with the reason. */
import { existsSync, readFileSync, rmdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { listenForTerminal, resizeTerminal, typeInto } from '../host/console.ts'
import type { CheckContext, CreateOptions, Expect, JsonMatcher, Step, TextMatcher } from '../types.ts'
import type { CommandAnswer } from './command.ts'
import { type CaseContext, CaseFailure, placeFile } from './context.ts'
import { matchJson, matchText } from './match.ts'
import { merge } from './merge.ts'

const pollInterval = 30

function words(answer: CommandAnswer & { log?: string }): string {
  return [answer.stderr, answer.stdout, answer.log ?? ''].join('\n').trim().slice(0, 600)
}

/** Compares an answer with what was expected; `what` names the command in the message. */
function judge(
  what: string,
  answer: CommandAnswer & { log?: string },
  expect: Expect,
  expand: (text: string) => string,
): void {
  if (answer.timedOut) throw new CaseFailure(`${what}: did not return in time`)
  if (answer.signal !== undefined && expect.status === undefined && expect.either !== true) {
    throw new CaseFailure(`${what}: died by ${answer.signal}`)
  }
  if (expect.status !== undefined) {
    if (answer.status !== expect.status) {
      throw new CaseFailure(
        `${what}: expected status ${expect.status}, got ${answer.status}: ${words(answer)}`,
      )
    }
  } else if (expect.fails !== undefined) {
    if (answer.status === 0)
      throw new CaseFailure(`${what}: expected to fail, but succeeded: ${words(answer)}`)
  } else if (expect.either !== true && answer.status !== 0) {
    throw new CaseFailure(`${what}: exit status ${answer.status}: ${words(answer)}`)
  }
  const need = (name: string, actual: string, wanted: TextMatcher | undefined) => {
    if (wanted === undefined) return
    const reason = matchText(actual, wanted, expand)
    if (reason !== undefined) throw new CaseFailure(`${what}: ${name}: ${reason}`)
  }
  if (expect.fails instanceof RegExp) need('message', words(answer), expect.fails)
  need('standard output', answer.stdout, expect.stdout)
  need('standard error', answer.stderr, expect.stderr)
  need('log', answer.log ?? '', expect.log)
  if (expect.json !== undefined) {
    const reason = matchJson(parse(what, answer.stdout), expect.json, expand)
    if (reason !== undefined) throw new CaseFailure(`${what}: ${reason}`)
  }
}

function parse(what: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new CaseFailure(`${what}: output is no JSON: ${text.slice(0, 300)}`)
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

/** Does create, run and exec, which all give the program their own streams. */
async function createStep(
  context: CaseContext,
  verb: 'create' | 'run' | 'exec',
  options: CreateOptions,
): Promise<void> {
  const n = options.n ?? 1
  const suffix = n === 1 ? '' : String(n)
  const id = options.id === undefined ? context.id(n) : context.expand(options.id)
  context.ids.add(id)
  const bundle = context.bundle(n)
  const terminal =
    options.console === undefined || options.console === false
      ? undefined
      : await listenForTerminal(context, options.console === 'long-path')
  const stdin = options.stdin === undefined ? undefined : join(context.dir, `in${suffix}`)
  if (stdin !== undefined) placeFile(stdin, options.stdin ?? '', text => context.expand(text))
  const out = join(context.dir, options.into ?? `out${suffix}`)
  const err = join(context.dir, `err${suffix}`)
  const apart = options.merge === false || terminal !== undefined
  const pidFile = verb === 'exec' ? join(context.dir, `${options.into ?? 'exec'}.pid`) : context.pidFile(n)
  const bundleFlags =
    options.bundle === null || verb === 'exec'
      ? []
      : ['--bundle', options.bundle === undefined ? bundle : context.expand(options.bundle)]
  const args = [
    verb,
    ...bundleFlags,
    '--pid-file',
    pidFile,
    ...(terminal === undefined ? [] : ['--console-socket', terminal.path]),
    ...(options.flags ?? []),
    id,
    ...(options.words ?? []),
  ]
  const answer = await context.call(args, options, {
    stdin,
    // With a terminal the program's output comes from the terminal; the runtime's output is kept apart.
    stdout: terminal === undefined ? out : join(context.dir, `runtime-out${suffix}`),
    stderr: apart ? err : out,
    fds: options.fds?.map(name => context.path(name)),
    cwd: options.bundle === null ? bundle : context.dir,
  })
  if (existsSync(pidFile)) {
    const pid = Number.parseInt(readText(pidFile), 10)
    if (pid > 1) context.pids.add(pid)
  }
  const messages = readText(apart ? err : out)
  judge(`${verb} ${id}`, { ...answer, stderr: messages }, options, text => context.expand(text))
  if (terminal !== undefined && answer.status === 0) await terminal.receive(out)
}

async function stateOf(context: CaseContext, id: string): Promise<CommandAnswer> {
  return context.call(['state', id], {})
}

async function stateStep(context: CaseContext, id: string, match: JsonMatcher): Promise<void> {
  const answer = await stateOf(context, id)
  judge(`state ${context.expand(id)}`, answer, { json: match }, text => context.expand(text))
}

async function waitStep(context: CaseContext, id: string, status: string, timeout: number): Promise<void> {
  const end = Date.now() + context.left(timeout)
  let last = ''
  while (Date.now() < end) {
    const answer = await stateOf(context, id)
    if (answer.status === 0) {
      const value = parse('state', answer.stdout) as { status?: string }
      last = value.status ?? ''
      if (last === status) return
    } else last = words(answer)
    await sleep(pollInterval)
  }
  throw new CaseFailure(`container did not become ${status}; last: ${last}`)
}

async function waitTextStep(
  context: CaseContext,
  name: string,
  match: TextMatcher,
  timeout: number,
): Promise<void> {
  const path = context.path(name)
  const end = Date.now() + context.left(timeout)
  let reason: string | undefined = ''
  while (Date.now() < end) {
    reason = matchText(readText(path), match, text => context.expand(text))
    if (reason === undefined) return
    await sleep(pollInterval)
  }
  throw new CaseFailure(`${name} did not become as expected: ${reason}`)
}

function textStep(context: CaseContext, name: string, match: TextMatcher | 'absent' | 'present'): void {
  const path = context.path(name)
  if (match === 'absent' || match === 'present') {
    if (existsSync(path) !== (match === 'present')) throw new CaseFailure(`${path} must be ${match}`)
    return
  }
  const reason = matchText(readText(path), match, text => context.expand(text))
  if (reason !== undefined) throw new CaseFailure(`${name}: ${reason}`)
}

function removeStep(context: CaseContext, name: string): void {
  const path = context.path(name)
  if (statSync(path).isDirectory()) rmdirSync(path)
  else rmSync(path)
}

/** The functions that a check may use. */
function checkContext(context: CaseContext): CheckContext {
  const fail = (message: string): never => {
    throw new CaseFailure(message)
  }
  const until: CheckContext['until'] = async (message, ask, ms = 30_000) => {
    const end = Date.now() + context.left(ms)
    while (!(await ask())) {
      if (Date.now() >= end) fail(typeof message === 'string' ? message : message())
      await sleep(pollInterval)
    }
  }
  return {
    expand: text => context.expand(text),
    tool: context.tool,
    runtime: (...args) => context.call(args, {}),
    read: path => readText(context.path(path)),
    sleep: ms => sleep(ms),
    fail,
    until,
    async untilText(message, ask, accepts) {
      let text = ''
      await until(
        () => message(text),
        async () => {
          text = await ask()
          return accepts(text)
        },
      )
    },
    memory: context.memory,
  }
}

/** Does one step. */
export async function doStep(context: CaseContext, step: Step): Promise<void> {
  const expand = (text: string) => context.expand(text)
  switch (step.do) {
    case 'create':
      return createStep(context, step.verb, step.options)
    case 'call': {
      const answer = await context.call(step.args, step.options)
      return judge(step.args.map(expand).join(' '), answer, step.options, expand)
    }
    case 'state':
      return stateStep(context, step.id, step.match)
    case 'wait':
      return waitStep(context, step.id, step.status, step.timeout ?? 30_000)
    case 'waitText':
      return waitTextStep(context, step.path, step.match, step.timeout ?? 30_000)
    case 'text':
      return textStep(context, step.path, step.match)
    case 'write':
      return placeFile(context.path(step.path), step.text, expand)
    case 'remove':
      return removeStep(context, step.path)
    case 'config':
      return context.writeConfig(step.n, merge(context.readConfig(step.n), step.patch))
    case 'tool': {
      const [name, ...args] = step.argv.map(expand)
      const answer = await context.tool(name ?? '', ...args)
      return judge(step.argv.map(expand).join(' '), answer, step.expect, expand)
    }
    case 'together': {
      const results = await Promise.allSettled(
        step.branches.map(async branch => {
          for (const one of branch) await doStep(context, one)
        }),
      )
      for (const result of results) if (result.status === 'rejected') throw result.reason
      return
    }
    case 'console': {
      const terminal = context.terminals.at(-1)
      if (terminal === undefined) throw new CaseFailure('no terminal was received')
      if (step.input !== undefined) await typeInto(terminal.fd, expand(step.input))
      if (step.size !== undefined) await resizeTerminal(terminal.fd, step.size[0], step.size[1])
      return
    }
    case 'check':
      return step.run(checkContext(context))
  }
}
