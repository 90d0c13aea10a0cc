/**
 * Pictures of a study as SVG, without a server or a browser. They are drawn by the package `echarts`, which is not installed with
 * downslope: `npm install echarts`.
 *
 * @packageDocumentation
 */

export { plotCurves } from './plots/curves.ts'
export { plotHistory } from './plots/history.ts'
export { plotImportance } from './plots/importance.ts'
export type { PlotOptions, PlottedStudy } from './plots/options.ts'
export { plotParallel } from './plots/parallel.ts'
export { plotSlices, type SlicesOptions } from './plots/slices.ts'
