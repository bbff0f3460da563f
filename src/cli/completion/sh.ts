export function sh(program: string): string {
  return program
}
