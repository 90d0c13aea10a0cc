import { DownslopeError } from '../errors.ts'
import { readInteger, readOptions, refuse } from '../options.ts'
import { stands } from '../search/history.ts'
import { type TrialRecord, violationOf } from '../search/study/record.ts'
import { coreOf, type Study } from '../search/study/study.ts'

/** Options of all plots. */
export interface PlotOptions {
  /** Above the picture. @defaultValue the name of the study */
  readonly title?: string
  /** In pixels, 200 to 10,000. @defaultValue 800 */
  readonly width?: number
  /** In pixels, 150 to 10,000. @defaultValue by the kind of plot */
  readonly height?: number
  /** Which value of studies that have several directions, from 0. @defaultValue 0 */
  readonly objective?: number
}

/** What is drawn: a study of whatever parameters. */
// biome-ignore lint/suspicious/noExplicitAny: the parameters of a study are of no concern here, and no other type takes all
export type PlottedStudy = Study<any>

/** Whether a trial can be the best: completed, and within the constraints. */
export function canBeBest({ status, constraints }: TrialRecord): boolean {
  return stands({ status, violation: violationOf(constraints) })
}

/** Options after they were read. */
export interface PlotPlan {
  readonly title: string
  readonly width: number
  readonly height: number
  readonly objective: number
  readonly minimize: boolean
}

/** Reads what all plots take; `own` are the names of further options. */
export function readPlot(
  where: string,
  study: PlottedStudy,
  options: unknown,
  height: number,
  own: readonly string[] = ['objective'],
): PlotPlan & { readonly read: Readonly<Record<string, unknown>> } {
  coreOf(where, study)
  const read = readOptions(where, options, ['title', 'width', 'height', ...own]) as Record<string, unknown>
  const { title, objective } = read
  if (title !== undefined && typeof title !== 'string') refuse(where, 'title must be a text', title)
  const number = (name: 'width' | 'height', least: number, usual: number): number => {
    const value = read[name] === undefined ? usual : readInteger(where, name, read[name], least)
    if (value > 10_000) refuse(where, `${name} must be at most 10000`, value)
    return value
  }
  const at = objective === undefined ? 0 : readInteger(where, 'objective', objective, 0)
  const direction = study.directions[at]
  if (direction === undefined) {
    throw new DownslopeError(
      'ERR_OPTION',
      `${where}: objective must be below ${study.directions.length}, received ${at}`,
    )
  }
  return {
    title: (title as string | undefined) ?? study.name,
    width: number('width', 200, 800),
    height: number('height', 150, height),
    objective: at,
    minimize: direction === 'minimize',
    read,
  }
}
