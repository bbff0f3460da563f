/** The native program, which is built like the product, but crashes on undefined behaviour in the files of native/. */
import { testsOf } from './suite.ts'

testsOf('test-program', {
  WARNINGS: '-Wall -Wextra -Werror -fsanitize=undefined -fsanitize-trap=undefined',
})
