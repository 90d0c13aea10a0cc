import { colors, draw } from './echarts.ts'
import { type PlotOptions, type PlottedStudy, readPlot } from './options.ts'

/**
 * Learning curves: what each trial reported, by step, or by fold where no trial reported steps, as with `tune` unless its pruner is one of
 * steps. Pruned trials are grey, the best one is red.
 *
 * @returns the picture as SVG text
 * @throws DownslopeError (as a rejection) `ERR_OPTION`, also where `echarts` is not installed
 * @example
 * ```ts
 * await writeFile('curves.svg', await plotCurves(study))
 * ```
 */
export async function plotCurves(study: PlottedStudy, options: PlotOptions = {}): Promise<string> {
  const where = 'plotCurves'
  const plan = readPlot(where, study, options, 400)
  const best = study.directions.length === 1 ? study.best?.number : undefined
  const kinds = {
    pruned: { color: colors.pruned, width: 1, opacity: 0.9, z: 1 },
    completed: { color: colors.main, width: 1, opacity: 0.5, z: 2 },
    best: { color: colors.best, width: 2.5, opacity: 1, z: 3 },
  }
  const kindOf = (trial: { readonly number: number; readonly status: string }): keyof typeof kinds | undefined => {
    if (trial.number === best) return 'best'
    return trial.status === 'pruned' || trial.status === 'completed' ? trial.status : undefined
  }
  const { trials } = study
  const folded =
    trials.every(({ steps }) => steps.steps.length === 0) && trials.some(({ folds }) => folds.steps.length > 0)
  const series = trials.flatMap((trial) => {
    const kind = kindOf(trial)
    const { steps, values } = folded ? trial.folds : trial.steps
    if (kind === undefined || steps.length === 0) return []
    const { color, width, opacity, z } = kinds[kind]
    const data = steps.map((step, index) => [step, values[index]])
    // a single report is a point
    const dot = data.length === 1 ? { symbol: 'circle', symbolSize: 4 } : { symbol: 'none' }
    return [{ name: kind, type: 'line', ...dot, z, lineStyle: { color, width, opacity }, itemStyle: { color }, data }]
  })
  return draw(
    where,
    {
      title: { text: plan.title, left: 'center' },
      legend: { bottom: 0, data: Object.keys(kinds).filter((kind) => series.some(({ name }) => name === kind)) },
      grid: { left: 70, right: 30, top: 50, bottom: 75 },
      xAxis: {
        type: 'value',
        name: folded ? 'fold' : 'step',
        nameLocation: 'middle',
        nameGap: 26,
        scale: true,
        minInterval: 1,
      },
      yAxis: { type: 'value', name: 'reported', scale: true },
      series,
    },
    plan.width,
    plan.height,
  )
}
