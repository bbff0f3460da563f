/**
 * The messages that the program can print, found in its source: the texts that are passed to the classes of errors and to the
 * methods that fail, warn and log. An expression is followed to its texts: constants, both sides of a condition, the results of
 * the program's own functions, and the arguments that callers pass for a parameter. A text that is known only at run time is
 * `…`.
 *
 * `node scripts/messages.mjs` compares the messages with docs/troubleshooting.md. It lists missing and stale ones, and its
 * status is 1 when there are any. `--sort` sorts the lines of each section; `--list` prints all messages with their places in
 * the source.
 */
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

const root = fileURLToPath(new URL('..', import.meta.url))
const document = path.join(root, 'docs', 'troubleshooting.md')

/** Classes of errors, each with the index of the constructor's argument that is the text. */
const CLASSES = { JailwrightError: 1, SyscallError: 2 }
/** Methods and functions that get a text, each with the index of the argument that is the text. */
const METHODS = { fail: 1, warn: 0, error: 0, info: 0 }
/** The depth to which expressions are followed: larger than any text of the program needs, and an end for circles. */
const DEPTH = 8

/** Gives every message with its places in the source, sorted. */
export function messagesOf(folder = path.join(root, 'src')) {
  const files = fs
    .readdirSync(folder, { recursive: true })
    .filter(name => name.endsWith('.ts') && !name.endsWith('.d.ts'))
    .map(name => path.join(folder, name))
  const program = ts.createProgram(files, {
    ...{ noEmit: true, allowImportingTsExtensions: true, skipLibCheck: true, strict: true },
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
  })
  const checker = program.getTypeChecker()
  const sources = program.getSourceFiles().filter(({ fileName }) => files.includes(path.normalize(fileName)))
  const calls = callIndex(sources, checker)
  const found = new Map()
  for (const source of sources) {
    walk(source, node => {
      const text = textGiven(node)
      if (text === undefined) return
      const { line } = source.getLineAndCharacterOfPosition(node.getStart(source))
      const place = `${path.relative(root, source.fileName)}:${line + 1}`
      for (const message of evaluate(text, checker, calls, 0)) {
        const normal = normalize(message)
        // The name of an errno stands for a text of the kernel, which this script cannot find.
        if (/[a-z]{2}/i.test(normal) && !/^(E[A-Z0-9]+|errno …)$/.test(normal))
          found.set(normal, [...(found.get(normal) ?? []), place])
      }
    })
  }
  return new Map([...found].sort(([a], [b]) => (sortKey(a) < sortKey(b) ? -1 : 1)))
}

/** Gives the expression that is the text of a message, when the node makes a message. */
function textGiven(node) {
  if (ts.isNewExpression(node) && ts.isIdentifier(node.expression))
    return node.arguments?.[CLASSES[node.expression.text]]
  if (!ts.isCallExpression(node)) return undefined
  const { expression } = node
  const name = ts.isPropertyAccessExpression(expression) ? expression.name.text : undefined
  return name !== undefined && Object.hasOwn(METHODS, name) ? node.arguments[METHODS[name]] : undefined
}

/** Gives all calls of each function, by the function's declaration. */
function callIndex(sources, checker) {
  const index = new Map()
  for (const source of sources)
    walk(source, node => {
      if (!ts.isCallExpression(node)) return
      const declared = declarationOf(node.expression, checker)
      if (declared) index.set(declared, [...(index.get(declared) ?? []), node])
    })
  return index
}

/** Gives the function that a name refers to. */
function declarationOf(expression, checker) {
  let symbol = checker.getSymbolAtLocation(expression)
  if (symbol && symbol.flags & ts.SymbolFlags.Alias) symbol = checker.getAliasedSymbol(symbol)
  const declared = symbol?.valueDeclaration
  if (declared === undefined) return undefined
  if (ts.isVariableDeclaration(declared) && declared.initializer && isFunction(declared.initializer))
    return declared.initializer
  return isFunction(declared) && declared.body ? declared : undefined
}

function isFunction(node) {
  return (
    ts.isFunctionDeclaration(node) ||
    ts.isArrowFunction(node) ||
    ts.isFunctionExpression(node) ||
    ts.isMethodDeclaration(node)
  )
}

/** Gives all texts that can be the value of an expression. */
function evaluate(node, checker, calls, depth) {
  const again = other => evaluate(other, checker, calls, depth + 1)
  if (depth > DEPTH) return ['…']
  if (ts.isStringLiteralLike(node)) return [node.text]
  if (ts.isParenthesizedExpression(node) || ts.isAsExpression(node) || ts.isNonNullExpression(node))
    return again(node.expression)
  if (ts.isConditionalExpression(node)) return [...again(node.whenTrue), ...again(node.whenFalse)]
  if (ts.isTemplateExpression(node)) return template(node, again)
  if (ts.isBinaryExpression(node)) {
    const { kind } = node.operatorToken
    if (kind === ts.SyntaxKind.PlusToken) return pairs(again(node.left), again(node.right))
    if (kind === ts.SyntaxKind.QuestionQuestionToken || kind === ts.SyntaxKind.BarBarToken)
      return [...again(node.left), ...again(node.right)]
    return ['…']
  }
  if (ts.isCallExpression(node)) {
    const declared = declarationOf(node.expression, checker)
    return declared ? returned(declared).flatMap(again) : ['…']
  }
  if (ts.isIdentifier(node)) return named(node, checker, calls, again)
  return ['…']
}

/**
 * Gives the texts of a template: its words with `…` for each gap. A template without words has the texts of its last
 * expression.
 */
function template(node, again) {
  const literal = [node.head.text, ...node.templateSpans.map(span => span.literal.text)]
  if (literal.some(text => /[a-z]{2}/i.test(text))) return [literal.join('…')]
  const spans = node.templateSpans
  const last = again(spans[spans.length - 1].expression)
  const before = literal.slice(0, -1).join('…')
  return last.map(text => `${before}${text}${literal[literal.length - 1]}`)
}

function pairs(left, right) {
  return left.flatMap(one => right.map(other => one + other))
}

/** Gives the expressions that a function can return. */
function returned(declared) {
  if (!ts.isBlock(declared.body)) return [declared.body]
  const found = []
  const visit = node => {
    if (isFunction(node)) return
    if (ts.isReturnStatement(node) && node.expression) found.push(node.expression)
    ts.forEachChild(node, visit)
  }
  ts.forEachChild(declared.body, visit)
  return found
}

/** Gives the texts of a name: those of a constant's value, or those that callers pass for a parameter. */
function named(node, checker, calls, again) {
  let symbol = ts.isShorthandPropertyAssignment(node.parent)
    ? checker.getShorthandAssignmentValueSymbol(node.parent)
    : checker.getSymbolAtLocation(node)
  if (symbol && symbol.flags & ts.SymbolFlags.Alias) symbol = checker.getAliasedSymbol(symbol)
  const declared = symbol?.valueDeclaration
  if (declared === undefined) return ['…']
  if (ts.isVariableDeclaration(declared) && declared.initializer && !ts.isArrayBindingPattern(declared.name))
    return ts.isObjectBindingPattern(declared.name) ? ['…'] : again(declared.initializer)
  if (!ts.isParameter(declared)) return ['…']
  const index = declared.parent.parameters.indexOf(declared)
  const given = (calls.get(declared.parent) ?? []).flatMap(call => call.arguments[index] ?? [])
  return given.length === 0 ? ['…'] : given.flatMap(again)
}

/** Removes the subject in front of a message, and makes one sign of adjacent gaps. */
function normalize(message) {
  return message
    .replace(/\s+/g, ' ')
    .replace(/…+/g, '…')
    .replace(/^(\W*…\W*: )+/, '')
    .trim()
}

/** Gives the text by which messages are sorted: the words that a reader looks for, from the first letter on. */
function sortKey(message) {
  return `${message.replace(/^[^a-z]*/i, '').toLowerCase()}\u0000${message}`
}

function walk(node, visit) {
  visit(node)
  ts.forEachChild(node, child => walk(child, visit))
}

/** Gives the messages of the document: the text in code marks at the beginning of each item. */
export function documented(text = fs.readFileSync(document, 'utf8')) {
  return [...text.matchAll(/^- (`+)(.*?)\1(?= |$)/gm)].map(([, , message]) => message.trim())
}

/** Gives the document with the items of each section sorted. */
export function sorted(text) {
  const key = line => sortKey(documented(line)[0] ?? '')
  return text
    .split(/(?=^## )/m)
    .map(section => {
      const lines = section.split('\n')
      const items = lines.filter(line => line.startsWith('- `'))
      const first = lines.findIndex(line => line.startsWith('- `'))
      if (first < 0) return section
      const others = lines.filter(line => !line.startsWith('- `'))
      const order = items.sort((a, b) => (key(a) < key(b) ? -1 : 1))
      return [...others.slice(0, first), ...order, ...others.slice(first)].join('\n')
    })
    .join('')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const messages = messagesOf()
  if (process.argv.includes('--list')) {
    for (const [message, places] of messages) console.log(`${message}\t${places.join(' ')}`)
  } else if (process.argv.includes('--sort')) {
    fs.writeFileSync(document, sorted(fs.readFileSync(document, 'utf8')))
  } else {
    const known = new Set(documented())
    const missing = [...messages].filter(([message]) => !known.has(message))
    const stale = [...known].filter(message => !messages.has(message))
    for (const [message, places] of missing) console.log(`missing: ${message}  (${places.join(', ')})`)
    for (const message of stale) console.log(`stale: ${message}`)
    process.exitCode = missing.length + stale.length === 0 ? 0 : 1
  }
}
