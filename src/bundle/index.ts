/**
 * What `create`, `plan` and `validate` need. `read-process.ts` and `read-resources.ts` are imported where they are used
 * (`exec`, `update`), so that no command loads the validators of another.
 */
export { type Bundle, examineBundle, readBundle } from './read-bundle.ts'
