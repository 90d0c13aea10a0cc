/** @module What the examples draw with: lines that are drawn again on a terminal, plain lines elsewhere; shades for small images. */

import { stripVTControlCharacters } from 'node:util'

const { stdout, env } = process

// a reader that has seen enough (`| head`) is not an error
stdout.on('error', (error) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

/** True where a line can be drawn again: a terminal that knows escapes. */
export const live = stdout.isTTY === true && env.TERM !== 'dumb'

const colored = live && !env.NO_COLOR

/** Columns to draw in: the terminal's, read at each call because windows are resized; 80 elsewhere. */
export function columns() {
  return Math.max(1, (stdout.isTTY && stdout.columns) || 80)
}

function style(code) {
  return (text) => (colored ? `\x1b[${code}m${text}\x1b[0m` : text)
}

export const bold = style(1)
export const dim = style(2)
export const red = style(31)
export const green = style(32)

/** Lines at the bottom, as they are drawn; the cursor is at the begin of the last, so that a key's echo moves nothing. */
let bottom = []

/** What takes the lines at the bottom away. A window that was made narrower since has wrapped them. */
function erase() {
  const rows = bottom.map((line) => Math.ceil(stripVTControlCharacters(line).length / columns()) || 1)
  const above = rows.slice(0, -1).reduce((sum, count) => sum + count, 0)
  return `\r${above > 0 ? `\x1b[${above}A` : ''}\x1b[J`
}

/** Prints a line; what is drawn at the bottom moves down. */
export function print(line = '') {
  stdout.write(live ? `${erase()}${line}\n${bottom.join('\n')}\r` : `${line}\n`)
}

/** Draws `part` of 1 and what is said about it at the bottom, and `lines` above it, none wider than the window. Off a terminal it does nothing. */
export function progress(part, text, lines = []) {
  if (!live) return
  const room = columns() - 1
  const length = Math.min(30, room - text.length - 1)
  const full = Math.round(length * part)
  const bar = length < 5 ? '' : `${green('█'.repeat(full))}${dim('░'.repeat(length - full))} `
  const fitting = Math.max(0, (stdout.rows || 24) - 2)
  const before = erase()
  bottom = [...lines.slice(0, fitting).map((line) => line.slice(0, room)), `${bar}${text.slice(0, room)}`]
  stdout.write(`${before}${bottom.join('\n')}\r`)
}

/** Takes what is at the bottom away. */
export function done() {
  if (live) stdout.write(erase())
  bottom = []
}

const SHADES = [' ', '░', '▒', '▓', '█']

/** Lines of a grey image: two characters a pixel, because characters are about twice as high as wide. */
export function shades(pixels, width, highest) {
  const lines = []
  for (let begin = 0; begin < pixels.length; begin += width) {
    const row = Array.from(pixels.subarray(begin, begin + width))
    lines.push(row.map((value) => SHADES[Math.round((value / highest) * (SHADES.length - 1))].repeat(2)).join(''))
  }
  return lines
}

/** Puts blocks of lines side by side, as many as fit, and prints them. `width` is a block's, `gap` the space between. */
export function sideBySide(blocks, width, gap = 3) {
  const fitting = Math.max(1, Math.floor((columns() + gap) / (width + gap)))
  for (let begin = 0; begin < blocks.length; begin += fitting) {
    const row = blocks.slice(begin, begin + fitting)
    const height = Math.max(...row.map((block) => block.length))
    for (let line = 0; line < height; line++) {
      print(row.map((block) => block[line] ?? ' '.repeat(width)).join(' '.repeat(gap)))
    }
    print()
  }
}

/** Prints a table of counts, row = what it was, column = what the model said; zeros are dots. */
export function confusion(labels, counts) {
  const names = labels.map(String)
  const width =
    Math.max(3, ...counts.flat().map((count) => String(count).length), ...names.map((name) => name.length)) + 1
  if (width * (names.length + 1) > columns()) {
    print(dim(`(the table needs ${width * (names.length + 1)} columns; these are the mistakes)`))
    counts.forEach((row, was) => {
      row.forEach((count, said) => {
        if (was !== said && count > 0) print(`${count} × ${names[was]} taken for ${names[said]}`)
      })
    })
    return
  }
  print(dim(' '.repeat(width) + names.map((name) => name.padStart(width)).join('')))
  counts.forEach((row, was) => {
    const cells = row.map((count, said) => {
      const cell = (count === 0 ? '·' : String(count)).padStart(width)
      if (count === 0) return dim(cell)
      return was === said ? green(cell) : red(cell)
    })
    print(dim(names[was].padStart(width)) + cells.join(''))
  })
}
