/** The native program as the product is built, with undefined behaviour of our own C files made a crash. */
import { testsOf } from './suite.ts'

testsOf('test-program', {
  WARNINGS: '-Wall -Wextra -Werror -fsanitize=undefined -fsanitize-trap=undefined',
})
