/** Lines of cells as lines of text: columns as wide as their widest cell, two blanks between, the cells at the start or end. */
export function table(lines: readonly (readonly string[])[], side: 'start' | 'end'): string[] {
  const width = (column: number): number => Math.max(...lines.map((line) => line[column]?.length ?? 0))
  const widths = lines[0]?.map((_, column) => width(column)) ?? []
  const cell = (text: string, column: number): string =>
    side === 'start' ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0)
  return lines.map((line) => line.map(cell).join('  ').trimEnd())
}
