import type { Schedule, ScheduleRun } from './schedule.ts'

/** What a schedule that is fed by the records of a run remembers in it. It is a function of the records, so a run that resumes replays them. */
export interface Companion {
  /** What the records must hold. */
  readonly monitor: string
  /** Takes the record of an epoch that has ended. */
  observe(record: unknown): void
  /** The value until the next epoch ends. */
  value(): number
}

/** The companions of one run, one for each schedule that is fed. */
export interface Companions {
  /** The companion of a schedule, made when it is first asked for. */
  of(schedule: Schedule, create: () => Companion): Companion
  /** All there are. */
  readonly list: readonly Companion[]
}

const COMPANIONS = Symbol('companions')

/** Companions for a new run. */
export function createCompanions(): Companions {
  const known = new Map<Schedule, Companion>()
  const list: Companion[] = []
  return {
    of(schedule, create) {
      let companion = known.get(schedule)
      if (companion === undefined) {
        companion = create()
        known.set(schedule, companion)
        list.push(companion)
      }
      return companion
    },
    list,
  }
}

/** What schedules are told of a run, with its companions: they stay with it when a schedule hands it on to another. */
export function withCompanions(run: ScheduleRun, companions: Companions): ScheduleRun {
  return Object.assign(run, { [COMPANIONS]: companions })
}

/** The companion of a schedule in a run; `undefined` outside of `fit`. */
export function companionOf(run: ScheduleRun, schedule: Schedule, create: () => Companion): Companion | undefined {
  return (run as { readonly [COMPANIONS]?: Companions })[COMPANIONS]?.of(schedule, create)
}
