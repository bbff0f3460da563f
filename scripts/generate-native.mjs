// native/generated: all that scripts/build needs besides a C compiler and QuickJS, for a source archive and a port.
import { writeProductParts } from './bundle.mjs'
import { writeFunctions } from './native-functions.mjs'

await writeFunctions()
await writeProductParts()
