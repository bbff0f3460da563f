/** The versions of this program, of the specification and of the engine. */
import { engine } from '../host/engine/index.ts'

/** The version of this program. A test asserts that package.json has the same. */
export const version = '0.1.0'

/** The newest version of the OCI runtime specification that this program implements. */
export const ociVersion = '1.3.0'

/** Returns the text of `--version`, in the form of runc. */
export function versionText(): string {
  return `jailwright version ${version}\nspec: ${ociVersion}\nengine: ${engine.version}\n`
}
