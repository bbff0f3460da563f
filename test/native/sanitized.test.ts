/**
 * The native program with AddressSanitizer, and with UBSan for the files of native/. The tests are skipped when the compiler
 * lacks the sanitizers.
 */
import { spawnSync } from 'node:child_process'
import { describe } from 'vitest'
import { testsOf } from './suite.ts'

const probe = spawnSync('cc', ['-fsanitize=address,undefined', '-xc', '-', '-o', '/dev/null'], {
  input: 'int main(void) { return 0; }',
})

describe.skipIf(probe.status !== 0)('under the sanitizers', () => {
  testsOf('sanitized', {
    CC: 'cc',
    HOSTCC: 'cc',
    HOSTLDFLAGS: '',
    LDFLAGS: '-fsanitize=undefined',
    CFLAGS: '-O1 -g -fsanitize=address -fno-omit-frame-pointer',
    WARNINGS: '-Wall -Wextra -Werror -fsanitize=undefined -fno-sanitize-recover=all',
    ASAN_OPTIONS: 'detect_leaks=0',
  })
})
