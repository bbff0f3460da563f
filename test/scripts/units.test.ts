import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { cutUnits, unitsFile } from '../../scripts/units.mjs'

/** The texts of the units of a bundle by their names, without the directive of strict mode that each one has. */
function unitsOf(bundle: string): Record<string, string> {
  return Object.fromEntries(
    cutUnits(bundle).map(({ name, text }) => {
      expect(text).toMatch(/^"use strict";/)
      return [name, text.slice('"use strict";'.length)]
    }),
  )
}

it('each function and each variable of a bundle is a unit, in the order of the bundle', () => {
  expect(Object.entries(unitsOf('var a=1,b;\nfunction c(x){return x+a}\nvar D=class{};'))).toEqual([
    ['a', '(1)'],
    ['b', '(void 0)'],
    ['c', '(function c(x){return x+a})'],
    ['D', '(class{})'],
    ['part main', ''],
  ])
})

it('an exported name is a unit of its part', () => {
  expect(unitsOf('var e={};export{e as create};')).toMatchObject({ 'part create': 'e' })
})

it('a statement that declares nothing runs in the part main', () => {
  expect(unitsOf('var a={};a.exit(b());console.log(1);')).toEqual({
    a: '({})',
    'part main': 'a.exit(b());\nconsole.log(1);',
  })
})

it('a statement that completes a value belongs to the unit of the value', () => {
  expect(unitsOf('function f(){}f.one=1;f.two.three=2;')).toEqual({
    f: '((function(){var f=(function f(){});f.one=1;\nf.two.three=2;\nreturn f})())',
    'part main': '',
  })
  expect(unitsOf('var e={};i(e,{run:()=>r});')).toHaveProperty(['part main'], '')
  expect(unitsOf('var E;(t=>{t.A=1})(E||(E={}));')).toMatchObject({
    E: '((function(){var E=(void 0);(t=>{t.A=1})(E||(E={}));\nreturn E})())',
  })
})

it('a pattern is a unit, and each of its names asks that unit', () => {
  expect(unitsOf('var [a,,{b:c,...d}]=x();')).toEqual({
    'names a c d': '((function(){var [a,,{b:c,...d}]=x();return {a,c,d}})())',
    a: '(globalThis["names a c d"].a)',
    c: '(globalThis["names a c d"].c)',
    d: '(globalThis["names a c d"].d)',
    'part main': '',
  })
})

it('the file of units tells the length of each unit in bytes', () => {
  expect(unitsFile([{ name: 'part main', text: '"\u00e9"' }])).toBe('4 part main\n"\u00e9"\n')
})

it('the last line of src/main.ts is the only statement of the product that declares nothing', () => {
  // The modules of all parts are in one program, so such a statement of any module would run for every command.
  const file = readFileSync(new URL('../../native/generated/units.js', import.meta.url), 'utf8')
  const main = file.slice(file.lastIndexOf(' part main\n'))
  expect(main).toMatch(/^ part main\n"use strict";[^;]+\.exit\([^;]+\);\n$/)
})
