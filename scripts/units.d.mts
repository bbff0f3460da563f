interface Unit {
  name: string
  text: string
}
export function cutUnits(text: string): Unit[]
export function unitsFile(units: readonly Unit[]): string
