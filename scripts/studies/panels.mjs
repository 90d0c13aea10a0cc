/** Small multiples of curves as SVG, drawn without a library. */

const PANEL = { width: 360, height: 260, left: 56, right: 16, top: 44, bottom: 46 }
const COLORS = ['#1f5fa8', '#c2521b', '#2f7d32', '#7a3d9a', '#555555', '#b8860b', '#008b8b']

const safe = (text) => String(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;')
const text = (x, y, content, more = '') =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${more}>${safe(content)}</text>`

/** Some four round numbers that span a range. */
function ticks(low, high) {
  const rough = (high - low) / 4
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 5, 10].map((n) => n * power).find((size) => size >= rough)
  const all = []
  for (let value = Math.ceil(low / step) * step; value <= high * (1 + 1e-9); value += step) all.push(value)
  return all.map((value) => Number(value.toPrecision(6)))
}

function panel({ title, x, y, series, labels, floor, ceiling }, left, top) {
  const { width, height } = PANEL
  const [x0, x1] = [left + PANEL.left, left + width - PANEL.right]
  const [y0, y1] = [top + height - PANEL.bottom, top + PANEL.top]
  const points = series.flatMap((one) => one.points)
  const xs = points.map(([value]) => value)
  const ys = points.map(([, value]) => Math.min(value, ceiling ?? Infinity))
  const [lowX, highX] = [Math.min(...xs), Math.max(...xs)]
  const [lowY, highY] = [floor ?? Math.min(...ys), ceiling ?? Math.max(...ys)]
  const px = (value) => x0 + ((value - lowX) / (highX - lowX || 1)) * (x1 - x0)
  const py = (value) => y0 - ((Math.min(value, highY) - lowY) / (highY - lowY || 1)) * (y0 - y1)
  const out = [text(left + PANEL.left, top + 24, title, 'font-size="14" font-weight="600"')]
  for (const value of ticks(lowY, highY)) {
    const at = py(value)
    out.push(`<path d="M${x0} ${at.toFixed(1)}H${x1}" stroke="#e8e8e8"/>`)
    out.push(text(x0 - 6, at + 4, value, 'text-anchor="end"'))
  }
  const named = labels ?? ticks(lowX, highX).map((value) => [value, value])
  for (const [value, name] of named) {
    out.push(`<path d="M${px(value).toFixed(1)} ${y0}v4" stroke="#888"/>`)
    out.push(text(px(value), y0 + 17, name, 'text-anchor="middle"'))
  }
  out.push(`<path d="M${x0} ${y1}V${y0}H${x1}" fill="none" stroke="#888"/>`)
  out.push(text((x0 + x1) / 2, y0 + 35, x, 'text-anchor="middle" fill="#555"'))
  const middle = (y0 + y1) / 2
  if (y)
    out.push(
      text(left + 14, middle, y, `text-anchor="middle" fill="#555" transform="rotate(-90 ${left + 14} ${middle})"`),
    )
  series.forEach(({ points: list, color, dashed, marks = true }, index) => {
    const stroke = COLORS[(color ?? index) % COLORS.length]
    const path = list.map(([a, b], i) => `${i === 0 ? 'M' : 'L'}${px(a).toFixed(1)} ${py(b).toFixed(1)}`).join('')
    out.push(
      `<path d="${path}" fill="none" stroke="${stroke}" stroke-width="2"${dashed ? ' stroke-dasharray="5 4"' : ''}/>`,
    )
    if (!marks) return
    for (const [a, b] of list)
      out.push(`<circle cx="${px(a).toFixed(1)}" cy="${py(b).toFixed(1)}" r="2.6" fill="${stroke}"/>`)
  })
  return out
}

/**
 * `panels`: `[{ title, x, y?, series: [{ name, points: [[x, y]], color?, dashed?, marks? }], labels?: [[x, text]], floor?, ceiling? }]`;
 * the legend has the names of the first panel's series unless `legend` says otherwise.
 */
export function panels({ title, subtitle, columns = 2, panels: list, legend }) {
  const rows = Math.ceil(list.length / columns)
  const width = columns * PANEL.width + 16
  const height = 88 + rows * PANEL.height
  const out = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="system-ui, sans-serif" font-size="12" fill="#222">`,
    `<title>${safe(title)}</title>`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    text(16, 26, title, 'font-size="16" font-weight="600"'),
    text(16, 45, subtitle, 'fill="#666"'),
  ]
  let at = 16
  for (const [index, { name, color, dashed }] of (legend ?? list[0].series).entries()) {
    const stroke = COLORS[(color ?? index) % COLORS.length]
    out.push(`<path d="M${at} 64h22" stroke="${stroke}" stroke-width="2"${dashed ? ' stroke-dasharray="5 4"' : ''}/>`)
    out.push(text(at + 28, 68, name))
    at += 48 + 6.6 * name.length
  }
  list.forEach((one, index) => {
    out.push(...panel(one, (index % columns) * PANEL.width, 78 + Math.floor(index / columns) * PANEL.height))
  })
  out.push('</svg>')
  return `${out.join('\n')}\n`
}
