/**
 * The readers that `create`, `plan` and `validate` need. `exec` and `update` import `read-process.ts` and
 * `read-resources.ts` themselves, so that no command loads the validators of another.
 */
export { type Bundle, examineBundle, readBundle } from './read-bundle.ts'
