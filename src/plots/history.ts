import type { TrialRecord } from '../search/study/record.ts'
import { colors, draw } from './echarts.ts'
import { canBeBest, type PlotOptions, type PlottedStudy, readPlot } from './options.ts'

/**
 * Values by trial number, and the best so far within the constraints: completed trials filled, pruned ones hollow.
 *
 * @returns the picture as SVG text
 * @throws DownslopeError (as a rejection) `ERR_OPTION`, also where `echarts` is not installed
 * @example
 * ```ts
 * await writeFile('history.svg', await plotHistory(study))
 * ```
 */
export async function plotHistory(study: PlottedStudy, options: PlotOptions = {}): Promise<string> {
  const where = 'plotHistory'
  const plan = readPlot(where, study, options, 400)
  const trials = study.trials.filter((trial) => Number.isFinite(trial.values[plan.objective]))
  const point = (trial: TrialRecord) => [trial.number, trial.values[plan.objective] as number] as const
  const points = (status: TrialRecord['status']): (readonly [number, number])[] =>
    trials.filter((trial) => trial.status === status).map(point)
  let best = plan.minimize ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY
  const bests = trials.filter(canBeBest).map((trial) => {
    const [number, value] = point(trial)
    best = plan.minimize ? Math.min(best, value) : Math.max(best, value)
    return [number, best] as const
  })
  const last = study.trials.length - 1
  if (bests.length > 0 && (bests.at(-1) as readonly [number, number])[0] < last) bests.push([last, best])
  return draw(
    where,
    {
      title: { text: plan.title, left: 'center' },
      legend: { bottom: 0 },
      grid: { left: 70, right: 30, top: 50, bottom: 75 },
      xAxis: { type: 'value', name: 'trial', nameLocation: 'middle', nameGap: 26, min: 0, minInterval: 1 },
      yAxis: { type: 'value', name: study.directions[plan.objective], scale: true },
      series: [
        {
          name: 'completed',
          type: 'scatter',
          symbolSize: 7,
          itemStyle: { color: colors.main },
          data: points('completed'),
        },
        {
          name: 'pruned',
          type: 'scatter',
          symbol: 'emptyCircle',
          symbolSize: 7,
          itemStyle: { color: colors.pruned },
          data: points('pruned'),
        },
        {
          name: 'best so far',
          type: 'line',
          step: 'end',
          symbol: 'none',
          lineStyle: { width: 2 },
          itemStyle: { color: colors.best },
          data: bests,
        },
      ],
    },
    plan.width,
    plan.height,
  )
}
