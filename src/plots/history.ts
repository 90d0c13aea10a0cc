import type { TrialRecord } from '../search/study/record.ts'
import { colors, draw } from './echarts.ts'
import { type PlotOptions, type PlottedStudy, readPlot } from './options.ts'

/**
 * Values by trial number, and the best so far: completed trials filled, pruned ones hollow.
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
  const points = (status: TrialRecord['status']): (readonly [number, number])[] =>
    study.trials
      .filter((trial) => trial.status === status && Number.isFinite(trial.values[plan.objective]))
      .map((trial) => [trial.number, trial.values[plan.objective] as number] as const)
  const completed = points('completed')
  let best = plan.minimize ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY
  const bests = completed.map(([number, value]) => {
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
        { name: 'completed', type: 'scatter', symbolSize: 7, itemStyle: { color: colors.main }, data: completed },
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
