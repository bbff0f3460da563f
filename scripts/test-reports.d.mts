export interface Outcome {
  passed: number
  failed: string[]
  again?: string[]
}
export function runTwice(
  name: string,
  words: readonly string[],
  run: (words: readonly string[]) => Promise<Outcome>,
): Promise<{ passed: number; failed: string[]; unsteady: string[] }>
export function unsteadyLines(names: readonly string[]): string[]
export function readVitestReport(text: string, root: string): Required<Outcome>
export function readConformanceResults(text: string): Required<Outcome>
