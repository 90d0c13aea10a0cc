const ESCAPE = '\x1b'
const TOKEN = new RegExp(`${ESCAPE}\\[(\\d*)([A-Za-z])|[\\s\\S]`, 'g')
const UNFINISHED = new RegExp(`${ESCAPE}(\\[\\d*)?$`)

/** What a terminal shows of what was written to it, whose paper is endless: it never scrolls. */
export class Screen {
  readonly lines: string[] = ['']
  #row = 0
  #column = 0
  #rest = ''

  /** Writes text; part of an escape at its end waits for the rest. */
  write(text: string): void {
    const whole = this.#rest + text
    const cut = UNFINISHED.exec(whole)?.index ?? whole.length
    this.#rest = whole.slice(cut)
    for (const [token, count, command] of whole.slice(0, cut).matchAll(TOKEN)) {
      if (command !== undefined) this.#obey(command, Number(count || 1))
      else if (token === '\r') this.#column = 0
      else if (token === '\n') this.#to(this.#row + 1, 0)
      else this.#put(token)
    }
  }

  #obey(command: string, count: number): void {
    if (command === 'A') this.#row = Math.max(0, this.#row - count)
    else if (command === 'J') {
      this.lines.length = this.#row + 1
      this.lines[this.#row] = (this.lines[this.#row] ?? '').slice(0, this.#column)
    } else if (command !== 'm') throw new Error(`no terminal knows ${command} here`)
  }

  #put(character: string): void {
    const line = (this.lines[this.#row] ?? '').padEnd(this.#column)
    this.lines[this.#row] = line.slice(0, this.#column) + character + line.slice(this.#column + 1)
    this.#column++
  }

  #to(row: number, column: number): void {
    this.#row = row
    this.#column = column
    while (this.lines.length <= row) this.lines.push('')
  }
}
