// Writes native/generated, which is all that scripts/build needs besides native/, a C compiler and QuickJS. The source archive
// of the port contains it.
import { writeProductUnits } from './bundle.mjs'
import { writeFunctions } from './native-functions.mjs'

await writeFunctions()
await writeProductUnits()
