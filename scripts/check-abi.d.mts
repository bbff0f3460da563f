export function checkAbi(change?: (text: string) => string): Promise<string[]>
