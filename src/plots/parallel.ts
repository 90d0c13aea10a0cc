import { axesOf, short, shown } from './axes.ts'
import { draw, scale } from './echarts.ts'
import { canBeBest, type PlotOptions, type PlottedStudy, readPlot } from './options.ts'

/**
 * Parallel coordinates: one line a completed trial within the constraints, through all of its parameters to its value; the better the
 * lighter, and drawn above the others. Parameters that only some trials have are left out, for a line cannot pass where it has no place.
 *
 * @returns the picture as SVG text
 * @throws DownslopeError (as a rejection) `ERR_OPTION`, also where `echarts` is not installed
 * @example
 * ```ts
 * await writeFile('parallel.svg', await plotParallel(study))
 * ```
 */
export async function plotParallel(study: PlottedStudy, options: PlotOptions = {}): Promise<string> {
  const where = 'plotParallel'
  const plan = readPlot(where, study, options, 400)
  const value = (trial: { readonly values: readonly number[] }): number => trial.values[plan.objective] as number
  const trials = study.trials.filter((trial) => canBeBest(trial) && Number.isFinite(value(trial)))
  const worstFirst = [...trials].sort((a, b) => (plan.minimize ? value(b) - value(a) : value(a) - value(b)))
  const axes = axesOf(where, study).filter((axis) => trials.every((trial) => axis.of(trial) !== undefined))
  const [worst = 0, best = 0] = [worstFirst[0], worstFirst.at(-1)].map((trial) => trial && value(trial))
  const [least, most] = plan.minimize ? [best, worst] : [worst, best]
  // lines are coloured by rank: a few very bad trials must not make all others look alike
  const rank = new Map(worstFirst.map((trial, index) => [trial, index]))
  return draw(
    where,
    {
      title: { text: plan.title, left: 'center' },
      parallel: { left: 50, right: 80, top: 80, bottom: 40 },
      parallelAxis: [
        ...axes.map((axis, index) => ({
          dim: index,
          name: axis.name,
          nameTextStyle: { fontSize: 11 },
          ...shown(axis),
        })),
        {
          dim: axes.length,
          name: 'value',
          type: 'value',
          scale: true,
          inverse: plan.minimize,
          ...(trials.length === 0 ? {} : { min: least, max: least === most ? least + 1 : most }),
          axisLabel: { formatter: short, showMinLabel: true, showMaxLabel: true, hideOverlap: true },
        },
      ],
      visualMap: {
        show: false,
        type: 'continuous',
        dimension: axes.length + 1,
        min: 0,
        max: Math.max(1, trials.length - 1),
        inRange: { color: scale },
      },
      series: {
        type: 'parallel',
        lineStyle: { width: 1.2, opacity: 0.75 },
        data: worstFirst.map((trial) => [...axes.map((axis) => axis.of(trial)), value(trial), rank.get(trial)]),
      },
    },
    plan.width,
    plan.height,
  )
}
