import { refuse } from '../options.ts'
import { type Axis, axesOf, short, shown } from './axes.ts'
import { type Chart, draw, scale } from './echarts.ts'
import { type PlotOptions, type PlottedStudy, readPlot } from './options.ts'

/** Options of {@link plotSlices}. */
export interface SlicesOptions extends PlotOptions {
  /** Paths of parameters, as `optimizer.sgd.momentum`. @defaultValue all of the space */
  readonly parameters?: readonly string[]
}

const columns = 3
const rowHeight = 240

/**
 * The value over each parameter by itself, one panel a parameter; later trials lighter. Only completed trials.
 *
 * @returns the picture as SVG text
 * @throws DownslopeError (as a rejection) `ERR_OPTION`, also where `echarts` is not installed
 * @example
 * ```ts
 * await writeFile('slices.svg', await plotSlices(study, { parameters: ['learningRate', 'units'] }))
 * ```
 */
export async function plotSlices(study: PlottedStudy, options: SlicesOptions = {}): Promise<string> {
  const where = 'plotSlices'
  const plan = readPlot(where, study, options, rowHeight, ['objective', 'parameters'])
  const { parameters } = plan.read
  const axes = chosen(where, axesOf(where, study), parameters)
  const across = Math.min(columns, axes.length)
  const rows = Math.ceil(axes.length / columns)
  const height = plan.read.height === undefined ? 50 + rows * rowHeight : plan.height
  const trials = study.trials.filter(
    (trial) => trial.status === 'completed' && Number.isFinite(trial.values[plan.objective]),
  )
  const at = (index: number) => ({ column: index % columns, row: Math.floor(index / columns) })
  const inner = (height - 50) / rows
  const outer = plan.width / across
  const chart: Chart = {
    title: { text: plan.title, left: 'center' },
    visualMap: {
      show: false,
      type: 'continuous',
      dimension: 2,
      min: 0,
      max: Math.max(1, study.trials.length - 1),
      inRange: { color: scale },
    },
    grid: axes.map((_, index) => ({
      left: at(index).column * outer + 62,
      top: 50 + at(index).row * inner + 12,
      width: outer - 82,
      height: inner - 72,
    })),
    xAxis: axes.map((axis, index) => ({
      gridIndex: index,
      ...shown(axis),
      name: axis.name,
      nameLocation: 'middle',
      nameGap: 26,
    })),
    yAxis: axes.map((_, index) => ({
      gridIndex: index,
      type: 'value',
      scale: true,
      axisLabel: { formatter: short, hideOverlap: true },
    })),
    series: axes.map((axis, index) => ({
      type: 'scatter',
      symbolSize: 6,
      xAxisIndex: index,
      yAxisIndex: index,
      data: trials.flatMap((trial) => {
        const x = axis.of(trial)
        return x === undefined ? [] : [[x, trial.values[plan.objective], trial.number]]
      }),
    })),
  }
  return draw(where, chart, plan.width, height)
}

function chosen(where: string, axes: readonly Axis[], names: unknown): readonly Axis[] {
  if (names === undefined) return axes
  if (!Array.isArray(names) || names.length === 0) refuse(where, 'parameters must be a list of paths', names)
  return Array.from(names, (name: unknown) => {
    const axis = axes.find((axis) => axis.name === name)
    return axis ?? refuse(where, `parameters must be among ${axes.map((axis) => axis.name).join(', ')}`, name)
  })
}
