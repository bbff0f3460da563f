/** Paths: node:path's functions for POSIX, from the npm package path-browserify, which needs no engine's module. */
import path from 'path-browserify'
import { currentDirectory } from './host/files.ts'

export const { basename, dirname, join } = path

/** The path from one absolute path to another. */
export function relative(from: string, to: string): string {
  return path.relative(resolve(from), resolve(to))
}

/** An absolute path, taken from the current directory where it is not absolute. */
export function resolve(...paths: readonly string[]): string {
  let whole = ''
  for (let at = paths.length - 1; at >= 0 && !whole.startsWith('/'); at--)
    if (paths[at] !== '') whole = whole === '' ? paths[at]! : `${paths[at]}/${whole}`
  if (!whole.startsWith('/')) whole = `${currentDirectory()}/${whole}`
  return path.resolve(whole)
}
