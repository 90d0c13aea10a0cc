import { readName } from '../options.ts'

/** A number of the records that something is decided by. */
export interface Monitor {
  /** As in the records: `'loss'`, `'validation.accuracy'`. */
  readonly name: string
  /** Whether a smaller or a larger value is better. */
  readonly direction: 'min' | 'max'
}

/** What can be monitored of records with these metrics. */
export function monitorNames(metrics: readonly string[], validated: boolean): string[] {
  const names = ['loss', ...metrics]
  return validated ? [...names, ...names.map((name) => `validation.${name}`)] : names
}

/** Reads an option that names a number of the records. */
export function readMonitor(where: string, value: unknown, names: readonly string[]): Monitor {
  return monitorOf(readName(where, 'monitor', value, names))
}

/** What ends in "loss" or "error" gets better downwards, everything else upwards. */
export function monitorOf(name: string): Monitor {
  const last = name.slice(name.lastIndexOf('.') + 1)
  return Object.freeze({ name, direction: /loss$|error$/i.test(last) ? 'min' : 'max' })
}

const VALIDATION = 'validation.'

/** The monitored number of a record. */
export function monitored({ name }: Monitor, record: unknown): number {
  const all = record as Readonly<Record<string, unknown>> & { readonly validation?: Readonly<Record<string, unknown>> }
  const inner = name.startsWith(VALIDATION) && !Object.hasOwn(all, name)
  const value = inner ? all.validation?.[name.slice(VALIDATION.length)] : all[name]
  return typeof value === 'number' ? value : Number.NaN
}

/** Whether a value is better than the best so far by more than `minDelta`. NaN never is. */
export function isBetter({ direction }: Monitor, value: number, best: number | undefined, minDelta: number): boolean {
  if (Number.isNaN(value)) return false
  if (best === undefined) return true
  return direction === 'min' ? value < best - minDelta : value > best + minDelta
}
