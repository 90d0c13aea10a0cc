import { DownslopeError } from '../errors.ts'

/** A chart as the library takes it: plain JSON. */
export type Chart = Readonly<Record<string, unknown>>

interface Library {
  init(
    element: null,
    theme: null,
    options: { renderer: 'svg'; ssr: true; width: number; height: number },
  ): { setOption(chart: Chart): void; renderToSVGString(): string; dispose(): void }
}

const packageName: string = 'echarts'

/** What all charts have in common. */
const base: Chart = {
  animation: false,
  backgroundColor: '#ffffff',
  textStyle: { fontFamily: 'system-ui, sans-serif', color: '#333333' },
}

/** The colours of the charts: what counts, what was cut short, what is only there. */
export const colors = { main: '#2563eb', best: '#dc2626', pruned: '#9ca3af', faint: '#d1d5db' } as const

/** Low to high, also for those who see no red or green (viridis). */
export const scale = ['#440154', '#3b528b', '#21918c', '#5ec962', '#fde725'] as const

/**
 * Draws a chart.
 *
 * @throws DownslopeError `ERR_OPTION` when the library is not installed
 */
export async function draw(where: string, chart: Chart, width: number, height: number): Promise<string> {
  let library: Library
  try {
    // by a variable: its types want those of a browser, which are not there
    library = (await import(packageName)) as Library
  } catch (cause) {
    const text = `${where}: the package echarts must be installed (npm install echarts)`
    throw new DownslopeError('ERR_OPTION', text, { cause })
  }
  const drawing = library.init(null, null, { renderer: 'svg', ssr: true, width, height })
  try {
    drawing.setOption({ ...base, ...chart })
    return drawing.renderToSVGString()
  } finally {
    drawing.dispose()
  }
}
