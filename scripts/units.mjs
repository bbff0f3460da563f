// Cutting a bundled program into units. A unit is the value of one top-level name, as an expression: the native program evaluates
// it when the name is used for the first time (native/units.c). A command therefore pays only for the functions that it calls.
import ts from 'typescript'

/** The strict mode of modules, which a unit needs for itself. */
const STRICT = '"use strict";'

/** Gives the name that a loose statement completes: `call(name, ...)`, `call(name ||= {})` or `name.property = ...`. */
function completedBy({ expression }, declared) {
  const unwrap = node => (ts.isParenthesizedExpression(node) ? unwrap(node.expression) : node)
  let node
  if (ts.isCallExpression(expression)) {
    const callee = unwrap(expression.expression)
    if (ts.isIdentifier(callee) || ts.isFunctionLike(callee)) node = expression.arguments[0]
  } else if (ts.isBinaryExpression(expression)) node = expression.left
  while (node !== undefined && !ts.isIdentifier(node)) {
    node = unwrap(node)
    if (ts.isPropertyAccessExpression(node)) node = node.expression
    else if (ts.isBinaryExpression(node)) node = node.left
    else if (!ts.isIdentifier(node)) return undefined
  }
  return node !== undefined && declared.has(node.text) ? node.text : undefined
}

/** Gives the names that a pattern binds. */
const boundNames = name =>
  ts.isIdentifier(name)
    ? [name.text]
    : name.elements.flatMap(element => (ts.isOmittedExpression(element) ? [] : boundNames(element.name)))

/**
 * Cuts the text of a bundle, an ES module without imports. Gives the units as objects `{ name, text }` in the order of the
 * bundle. A name that the bundle exports gives a unit `part NAME`; the statements that declare nothing make the unit `part main`, in
 * their order. A statement that completes a declared value, as `name.property = ...`, belongs to the unit of the name. A pattern
 * gives a unit for all its names, whose name is no identifier, and one for each name, which asks the first one.
 */
export function cutUnits(text) {
  const file = ts.createSourceFile('bundle.js', text, ts.ScriptTarget.ES2022, false, ts.ScriptKind.JS)
  const source = node => text.slice(node.getStart(file), node.end)
  /** The expression of each declared name. */
  const declared = new Map()
  for (const statement of file.statements) {
    if (ts.isFunctionDeclaration(statement)) declared.set(statement.name.text, source(statement))
    if (ts.isVariableStatement(statement))
      for (const { name, initializer } of statement.declarationList.declarations) {
        const value = initializer === undefined ? 'void 0' : source(initializer)
        if (ts.isIdentifier(name)) {
          declared.set(name.text, value)
          continue
        }
        const names = boundNames(name)
        const all = `names ${names.join(' ')}`
        declared.set(all, `(function(){var ${source(name)}=${value};return {${names.join()}}})()`)
        for (const one of names) declared.set(one, `globalThis[${JSON.stringify(all)}].${one}`)
      }
  }
  /** The statements that complete the value of a name. */
  const completing = new Map()
  const [loose, exported] = [[], []]
  for (const statement of file.statements) {
    if (ts.isFunctionDeclaration(statement) || ts.isVariableStatement(statement)) continue
    if (ts.isExportDeclaration(statement)) {
      for (const { name, propertyName } of statement.exportClause.elements)
        exported.push({ name: `part ${name.text}`, text: `${STRICT}${(propertyName ?? name).text}` })
      continue
    }
    const name = ts.isExpressionStatement(statement) ? completedBy(statement, declared) : undefined
    if (name === undefined) loose.push(source(statement))
    else completing.set(name, [...(completing.get(name) ?? []), source(statement)])
  }
  const units = [...declared].map(([name, value]) => {
    const more = completing.get(name)
    // The name is a variable of this function, because the name of the unit has no value before the unit is evaluated.
    const whole = more && `(function(){var ${name}=(${value});${more.join('\n')}\nreturn ${name}})()`
    return { name, text: `${STRICT}(${whole ?? value})` }
  })
  return [...units, ...exported, { name: 'part main', text: `${STRICT}${loose.join('\n')}` }]
}

/** Gives the text of the file that native/compile.c reads: for each unit a line with its length in bytes and its name, then its text. */
export function unitsFile(units) {
  return units.map(({ name, text }) => `${Buffer.byteLength(text)} ${name}\n${text}\n`).join('')
}
