export function fish(program: string): string {
  return program
}
