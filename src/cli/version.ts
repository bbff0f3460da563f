import { engine } from '../host/engine/index.ts'

/** Version of this program; the same as in package.json (tested). */
export const version = '0.1.0'

/** The newest version of the OCI runtime specification that is known here. */
export const ociVersion = '1.3.0'

/** What `--version` prints, in the form of runc. */
export function versionText(): string {
  return `jailwright version ${version}\nspec: ${ociVersion}\nengine: ${engine.version}\n`
}
