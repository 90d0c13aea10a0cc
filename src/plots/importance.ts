import { short } from './axes.ts'
import { colors, draw } from './echarts.ts'
import { type PlotOptions, type PlottedStudy, readPlot } from './options.ts'

/**
 * Which parameters decide whether a trial is among the best, as `study.importance()` has it: one bar each, adding up to 1.
 *
 * @returns the picture as SVG text
 * @throws DownslopeError (as a rejection) `ERR_OPTION`, also where `echarts` is not installed; `ERR_CLOSED` for a closed study
 * @example
 * ```ts
 * await writeFile('importance.svg', await plotImportance(study))
 * ```
 */
export async function plotImportance(
  study: PlottedStudy,
  options: Omit<PlotOptions, 'objective'> = {},
): Promise<string> {
  const where = 'plotImportance'
  const plan = readPlot(where, study, options, 0, [])
  // the library draws from the bottom up
  const shares = Object.entries(await study.importance()).reverse()
  const height = plan.read.height === undefined ? 110 + 34 * shares.length : plan.height
  return draw(
    where,
    {
      title: { text: plan.title, left: 'center' },
      grid: { left: 20, right: 70, top: 50, bottom: 45, containLabel: true },
      xAxis: { type: 'value', name: 'importance', nameLocation: 'middle', nameGap: 26, min: 0, max: 1 },
      yAxis: { type: 'category', data: shares.map(([name]) => name) },
      series: {
        type: 'bar',
        barMaxWidth: 22,
        itemStyle: { color: colors.main },
        label: { show: true, position: 'right', formatter: ({ value }: { readonly value: number }) => short(value) },
        data: shares.map(([, share]) => share),
      },
    },
    plan.width,
    height,
  )
}
