/** Questions about the moment at which the units of the program are evaluated. */

const evaluated: string[] = []

/** Notes that a value is made now. */
function note<T>(name: string, value: T): T {
  evaluated.push(name)
  return value
}

const first = note('first', 1)
const second = note('second', first + 1)
const [left, { right }] = note('pattern', ['l', { right: 'r' }] as const)
let changed = note('changed', 0)
let attempts = 0
const fragile = attempt()
const selfish = (): number => own
const own: number = selfish() + 1
class Parent {
  static readonly made = note('Parent', 'parent')
  readonly kind = 'child of a parent'
}
class Child extends Parent {}
function completed(): string {
  return completed.text
}
completed.text = note('completed', 'text')

/** Fails at the first attempt. */
function attempt(): string {
  attempts++
  if (attempts === 1) throw new Error('the first attempt')
  return `attempt ${attempts}`
}

/** Gives the message of the exception that an action throws, or its value. */
function outcome(action: () => unknown): unknown {
  try {
    return action()
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`
  }
}

/** Answers one question by its name, and tells what was evaluated for it, in order. */
export function run(what: string): unknown {
  const answers: Readonly<Record<string, () => unknown>> = {
    nothing: () => null,
    constants: () => [second, second, first],
    pattern: () => [right, left],
    assignment: () => {
      changed = 7
      return changed
    },
    'failed initializer': () => [outcome(() => fragile), outcome(() => fragile), outcome(() => fragile)],
    'own initializer': () => outcome(() => own),
    classes: () => [new Child().kind, Child.made],
    completed: () => completed(),
    'unknown name': () => outcome(() => (globalThis as unknown as Record<string, unknown>).nothing),
    'unknown variable': () => outcome(() => unknownVariable),
    'type of an unknown variable': () => typeof unknownVariable,
  }
  return { value: answers[what]!(), evaluated }
}

declare const unknownVariable: unknown
