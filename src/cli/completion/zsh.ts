export function zsh(program: string): string {
  return program
}
