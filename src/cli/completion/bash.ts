export function bash(program: string): string {
  return program
}
