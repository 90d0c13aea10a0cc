import { coded, type Range, readNumber, refuse } from '../options.ts'
import { isFactory, type NumberOrSchedule, type Schedule, type ScheduleRun } from './schedule.ts'

/** Reads an option that may be a number or a schedule. */
export function readNumberOrSchedule(
  where: string,
  name: string,
  value: unknown,
  range: Range,
  fallback?: number,
): NumberOrSchedule {
  if (typeof value === 'function') {
    if (isFactory(value)) {
      refuse(where, `${name} must be a number or a schedule; call the factory with its options first`, value)
    }
    return value as Schedule
  }
  if (typeof value !== 'number' && !(value === undefined && fallback !== undefined)) {
    refuse(where, `${name} must be a number ${range.text} or a schedule`, value)
  }
  return readNumber(where, name, value, range, fallback)
}

/** The value of a schedule at a step, checked like the number it stands for. */
export function valueAt(
  where: string,
  name: string,
  schedule: Schedule,
  range: Range,
  step: number,
  run: ScheduleRun,
): number {
  let value: unknown
  try {
    value = schedule(step, run)
  } catch (cause) {
    throw coded(`${where}: the schedule of ${name} at step ${step}`, 'ERR_OPTION', cause)
  }
  if (typeof value !== 'number' || !Number.isFinite(value) || !range.holds(value)) {
    refuse(where, `the schedule of ${name} must give a number ${range.text} at step ${step}`, value)
  }
  return value
}
