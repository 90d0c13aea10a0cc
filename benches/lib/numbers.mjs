/** The middle value. */
export function median(values) {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** The value below which the share lies. */
export function quantile(values, share) {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]
}

/** Half of the range over the median, in percent. */
export function spread(values) {
  return Math.round((50 * (Math.max(...values) - Math.min(...values))) / median(values))
}

/** `164k`, `3.91M`: three digits. */
export function short(value) {
  const [size, unit] = value >= 1e9 ? [1e9, 'G'] : value >= 1e6 ? [1e6, 'M'] : value >= 1e3 ? [1e3, 'k'] : [1, '']
  return `${digits(value / size)}${unit}`
}

/** Three digits. */
export function digits(value) {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2)
}

/** A Markdown table; the columns after the first are right-aligned. */
export function table(head, rows) {
  const widths = head.map((_, column) => Math.max(3, ...[head, ...rows].map((row) => [...String(row[column])].length)))
  const line = (cells) =>
    `| ${cells
      .map((cell, column) => {
        const pad = ' '.repeat(widths[column] - [...String(cell)].length)
        return column === 0 ? cell + pad : pad + cell
      })
      .join(' | ')} |`
  const rule = widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`))
  return [line(head), line(rule), ...rows.map(line)].join('\n')
}
