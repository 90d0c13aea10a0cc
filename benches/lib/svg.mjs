/** Curves over logarithmic axes as SVG, drawn without a library. */

const WIDTH = 720
const HEIGHT = 440
const AREA = { left: 76, right: 700, top: 56, bottom: 380 }
const COLORS = ['#1f5fa8', '#c2521b', '#2f7d32', '#7a3d9a', '#555555']

const safe = (text) => String(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;')
const text = (x, y, content, more = '') =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${more}>${safe(content)}</text>`

function label(value) {
  const [size, unit] = value >= 1e6 ? [1e6, 'M'] : value >= 1e3 ? [1e3, 'k'] : [1, '']
  return `${Number((value / size).toPrecision(3))}${unit}`
}

/** 1, 2 and 5 times powers of ten within the range. */
function ticks(low, high) {
  const all = []
  for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power++) {
    for (const step of [1, 2, 5]) {
      const value = step * 10 ** power
      if (value >= low * 0.999 && value <= high * 1.001) all.push(value)
    }
  }
  return all
}

/** `series`: `[{ name, points: [[x, y]], dashed? }]`; the x ticks are the xs of the first one. */
export function curves({ title, subtitle, x, y, series }) {
  const points = series.flatMap((one) => one.points)
  const xs = points.map(([value]) => value)
  const ys = points.map(([, value]) => value)
  const [x0, x1] = [Math.min(...xs), Math.max(...xs)]
  const y0 = Math.min(...ys) / 1.25
  const y1 = Math.max(...ys) * 1.25
  const scale = (value, low, high, from, to) => from + ((to - from) * Math.log(value / low)) / Math.log(high / low)
  const px = (value) => scale(value, x0, x1, AREA.left + 12, AREA.right - 12)
  const py = (value) => scale(value, y0, y1, AREA.bottom, AREA.top)
  const out = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" font-family="system-ui, sans-serif" font-size="12" fill="#222">`,
    `<title>${safe(title)}</title>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    text(AREA.left, 24, title, 'font-size="16" font-weight="600"'),
    text(AREA.left, 43, subtitle, 'fill="#666"'),
  ]
  for (const value of ticks(y0, y1)) {
    const at = py(value)
    out.push(`<path d="M${AREA.left} ${at.toFixed(1)}H${AREA.right}" stroke="#e4e4e4"/>`)
    out.push(text(AREA.left - 8, at + 4, label(value), 'text-anchor="end"'))
  }
  for (const [value] of series[0].points) {
    const at = px(value).toFixed(1)
    out.push(`<path d="M${at} ${AREA.bottom}v5" stroke="#888"/>`)
    out.push(text(px(value), AREA.bottom + 20, value, 'text-anchor="middle"'))
  }
  out.push(`<path d="M${AREA.left} ${AREA.top}V${AREA.bottom}H${AREA.right}" fill="none" stroke="#888"/>`)
  out.push(text((AREA.left + AREA.right) / 2, HEIGHT - 20, x, 'text-anchor="middle"'))
  const middle = (AREA.top + AREA.bottom) / 2
  out.push(text(18, middle, y, `text-anchor="middle" transform="rotate(-90 18 ${middle})"`))
  // the legend lies where the curves are not
  const falling = series[0].points.at(-1)[1] < series[0].points[0][1]
  series.forEach(({ name, points: list, dashed }, index) => {
    const color = COLORS[index % COLORS.length]
    const path = list.map(([a, b], i) => `${i === 0 ? 'M' : 'L'}${px(a).toFixed(1)} ${py(b).toFixed(1)}`).join('')
    const dash = dashed ? ' stroke-dasharray="6 4"' : ''
    out.push(`<path d="${path}" fill="none" stroke="${color}" stroke-width="2"${dash}/>`)
    if (!dashed)
      for (const [a, b] of list)
        out.push(`<circle cx="${px(a).toFixed(1)}" cy="${py(b).toFixed(1)}" r="3" fill="${color}"/>`)
    const row = falling ? AREA.top + 14 + 18 * index : AREA.bottom - 14 - 18 * (series.length - 1 - index)
    out.push(`<path d="M${AREA.right - 200} ${row - 4}h22" stroke="${color}" stroke-width="2"${dash}/>`)
    out.push(text(AREA.right - 172, row, name))
  })
  out.push('</svg>')
  return `${out.join('\n')}\n`
}
