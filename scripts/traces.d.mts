export function withoutCounts(text: string): string
