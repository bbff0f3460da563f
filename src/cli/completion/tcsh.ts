export function tcsh(program: string): string {
  return program
}
