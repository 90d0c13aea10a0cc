/** The one suite that every storage has to pass: long, so that a new one is held against a single file. `sqlite.spec.ts` and others only say which storage. */
import test, { type ExecutionContext } from 'ava'
import { connectionOf } from '../../src/storage/plan.ts'
import type { Connection, Storage, StudyEvent, StudyLog } from '../../src/storage/storage.ts'
import { rejectsCode, throwsCode } from '../helpers.ts'

const definition = JSON.stringify({ version: 1, space: 'any text' })

/** One study with as many workers as wanted, each with a connection of its own. */
async function workers(t: ExecutionContext, storage: Storage, count: number): Promise<StudyLog[]> {
  const logs: StudyLog[] = []
  for (let index = 0; index < count; index++) {
    const connection = connectionOf(storage)
    t.teardown(() => connection.close())
    logs.push((await connection.create('study', definition)).log)
  }
  return logs
}

const begin = async (t: ExecutionContext, log: StudyLog, ...trials: number[]): Promise<void> => {
  for (const trial of trials) t.true(await log.ask(trial, `{"x":${trial}}`))
}

/** The whole log, read in small pages. */
export async function everything(log: StudyLog, page = 3): Promise<StudyEvent[]> {
  const events: StudyEvent[] = []
  for (;;) {
    const more = await log.read(events.length, page)
    if (more.length === 0) return events
    events.push(...more)
  }
}

const kinds = (events: readonly StudyEvent[]): string =>
  events.map((event) => ('trial' in event ? `${event.kind} ${event.trial}` : event.kind)).join(', ')

/** Reports in one list, however they were grouped. */
function reports(events: readonly StudyEvent[]): (readonly number[])[] {
  return events.flatMap((event) =>
    event.kind === 'report' ? event.steps.map((step, index) => [event.trial, step, event.values[index] ?? 0]) : [],
  )
}

/** What every store has to do; `make` gives a new, empty storage. */
export function contract(kind: string, make: (t: ExecutionContext) => Storage, name: string = kind): void {
  const check = (title: string, work: (t: ExecutionContext, storage: Storage) => Promise<void>): void => {
    test(`${name}: ${title}`, async (t) => {
      t.timeout(60_000)
      await work(t, make(t))
    })
  }

  check('a storage is a frozen value with a JSON form', async (t, storage) => {
    t.true(Object.isFrozen(storage) && Object.isFrozen(storage.config))
    t.is(storage.config.kind, kind)
    t.deepEqual(JSON.parse(JSON.stringify(storage.config)), storage.config)
  })

  check('a study is created once, whoever creates it', async (t, storage) => {
    const connections = Array.from({ length: 4 }, () => connectionOf(storage))
    const made = await Promise.all(connections.map((each, index) => each.create('one', `"${index}"`)))
    t.is(made.filter(({ created }) => created).length, 1)
    t.is(new Set(made.map(({ log }) => log.definition)).size, 1)
    t.is(new Set(made.map(({ log }) => log.worker)).size, 4)
    t.deepEqual([...new Set(made.map(({ log }) => log.name))], ['one'])
    await Promise.all(connections.map((each) => each.close()))
  })

  check('a study is opened by its name', async (t, storage) => {
    const connection = connectionOf(storage)
    await rejectsCode(t, 'ERR_STORAGE', () => connection.open('none'), /"none"/)
    const name = 'straße "x"\n☃ %_'
    await connection.create(name, definition)
    const log = await connection.open(name)
    t.is(log.name, name)
    t.is(log.definition, definition)
    t.deepEqual(await log.read(0, 10), [])
    await rejectsCode(t, 'ERR_STORAGE', () => connection.open(name.toUpperCase()))
    await connection.close()
  })

  check('the list counts trials', async (t, storage) => {
    const connection = connectionOf(storage)
    t.deepEqual(await connection.list(), [])
    const before = Date.now()
    const { log } = await connection.create('b', definition)
    await connection.create('a', definition)
    await begin(t, log, 0, 1, 2, 3, 4)
    await log.tell(0, 1, { status: 'completed', values: [1] })
    await log.tell(1, 1, { status: 'completed', values: [1] })
    await log.tell(2, 1, { status: 'pruned' })
    await log.tell(3, 1, { status: 'failed', reason: 'diverged' })
    await log.enqueue('{}')
    const other = connectionOf(storage)
    const [first, second] = await other.list()
    const { created = 0, ...rest } = first ?? {}
    t.true(created >= before && created <= Date.now())
    t.deepEqual(rest, { name: 'b', trials: 5, completed: 2, pruned: 1, failed: 1, running: 1 })
    t.like(second, { name: 'a', trials: 0, completed: 0, pruned: 0, failed: 0, running: 0 })
    await connection.close()
    await other.close()
  })

  check('events are read as they were written, in pages, the same by all', async (t, storage) => {
    const [a, b] = (await workers(t, storage, 2)) as [StudyLog, StudyLog]
    const before = Date.now()
    const params = '{"rate":1e-300,"text":"\\u0000☃\\"","deep":[{"a":null}]}'
    t.true(await a.ask(0, params))
    a.report(0, 1, 1, 0.1)
    a.report(0, 1, 2, Number.POSITIVE_INFINITY)
    a.report(0, 1, 2.5, -5e-324)
    a.note(0, 1, 'a note\nof two lines ☃')
    a.attribute(0, 1, 'size', '[1,2]')
    await a.tell(0, 1, {
      status: 'completed',
      values: [0.1, Number.NEGATIVE_INFINITY, Number.MAX_VALUE],
      constraints: [-0.3, Number.POSITIVE_INFINITY],
      reason: 'because',
    })
    await a.enqueue('{"x":1}')
    await a.define('"wider"')
    const events = await everything(b)
    t.deepEqual(await everything(a, 1000), events)
    t.deepEqual(
      events.map(({ sequence }) => sequence),
      events.map((_, index) => index + 1),
    )
    const [asked] = events
    if (asked?.kind !== 'ask') return t.fail()
    t.true(asked.time >= before && asked.time <= Date.now())
    t.deepEqual(asked, { sequence: 1, kind: 'ask', trial: 0, worker: a.worker, time: asked.time, params })
    t.deepEqual(reports(events), [
      [0, 1, 0.1],
      [0, 2, Number.POSITIVE_INFINITY],
      [0, 2.5, -5e-324],
    ])
    const rest = events.filter(({ kind }) => kind !== 'ask' && kind !== 'report')
    const told = rest.find((event) => event.kind === 'tell')
    t.true(told !== undefined && told.time >= asked.time && told.time <= Date.now())
    t.deepEqual(
      rest.map(({ sequence: _, ...event }) => event),
      [
        { kind: 'note', trial: 0, attempt: 1, text: 'a note\nof two lines ☃' },
        { kind: 'attribute', trial: 0, attempt: 1, key: 'size', value: '[1,2]' },
        {
          kind: 'tell',
          trial: 0,
          attempt: 1,
          time: told?.time ?? 0,
          status: 'completed',
          values: [0.1, Number.NEGATIVE_INFINITY, Number.MAX_VALUE],
          constraints: [-0.3, Number.POSITIVE_INFINITY],
          reason: 'because',
        },
        { kind: 'enqueue', trial: 1, params: '{"x":1}' },
        { kind: 'definition', definition: '"wider"' },
      ],
    )
    t.deepEqual(await b.read(events.length, 10), [])
    t.deepEqual(await b.read(0, 0), [])
  })

  check('what an outcome does not have is not there', async (t, storage) => {
    const [a] = (await workers(t, storage, 1)) as [StudyLog]
    await begin(t, a, 0, 1)
    await a.tell(0, 1, { status: 'pruned' })
    await a.tell(1, 1, { status: 'failed', values: [], reason: '' })
    const told = (await everything(a)).filter(({ kind }) => kind === 'tell')
    t.deepEqual(
      told.map((event) => ('time' in event ? { ...event, time: 0 } : event)),
      [
        { sequence: 3, kind: 'tell', trial: 0, attempt: 1, time: 0, status: 'pruned' },
        { sequence: 4, kind: 'tell', trial: 1, attempt: 1, time: 0, status: 'failed', values: [], reason: '' },
      ],
    )
  })

  check('events survive their connection', async (t, storage) => {
    const first = connectionOf(storage)
    const { log } = await first.create('study', definition)
    await begin(t, log, 0)
    log.report(0, 1, 7, 0.7)
    await log.tell(0, 1, { status: 'completed', values: [2] })
    await begin(t, log, 1)
    const events = await everything(log)
    await first.close()
    const second = connectionOf(storage)
    const again = await second.open('study')
    t.deepEqual(await everything(again), events)
    t.not(again.worker, log.worker)
    await second.close()
  })

  check('numbers are begun in order, each once', async (t, storage) => {
    const logs = await workers(t, storage, 3)
    const [a] = logs as [StudyLog]
    t.false(await a.ask(1, '{}'))
    t.deepEqual(await everything(a), [])
    for (let trial = 0; trial < 20; trial++) {
      const begun = await Promise.all(logs.map((log) => log.ask(trial, `"${log.worker}"`)))
      t.is(begun.filter(Boolean).length, 1)
    }
    t.false(await a.ask(3, '{}'))
    t.false(await a.ask(-1, '{}'))
    const events = await everything(a)
    t.deepEqual(
      events.map((event) => (event.kind === 'ask' && event.params === `"${event.worker}"` ? event.trial : -1)),
      Array.from({ length: 20 }, (_, trial) => trial),
    )
  })

  check('writes of a worker are committed in the order of its calls', async (t, storage) => {
    const [a, b] = (await workers(t, storage, 2)) as [StudyLog, StudyLog]
    // nothing is awaited in between
    const asked = [a.ask(0, '{}'), a.ask(1, '{}')]
    a.note(1, 1, 'first')
    a.report(0, 1, 0, 1)
    const told = a.tell(0, 1, { status: 'completed', values: [1] })
    a.note(1, 1, 'second')
    const late = a.tell(1, 1, { status: 'pruned' })
    a.note(1, 1, 'after its end')
    const third = a.ask(2, '{}')
    t.deepEqual(await Promise.all([...asked, third]), [true, true, true])
    await Promise.all([told, late])
    t.is(kinds(await everything(b)), 'ask 0, ask 1, note 1, report 0, tell 0, note 1, tell 1, ask 2')
  })

  check('flush and tell mean that others see it', async (t, storage) => {
    const [a, b] = (await workers(t, storage, 2)) as [StudyLog, StudyLog]
    await begin(t, a, 0)
    for (let step = 0; step < 100; step++) a.report(0, 1, step, step / 10)
    await a.flush()
    t.deepEqual(
      reports(await everything(b)),
      Array.from({ length: 100 }, (_, step) => [0, step, step / 10]),
    )
  })

  check('an outcome is told once, by its worker', async (t, storage) => {
    const [a, b] = (await workers(t, storage, 2)) as [StudyLog, StudyLog]
    await begin(t, a, 0)
    await rejectsCode(t, 'ERR_CLOSED', () => b.tell(0, 1, { status: 'completed', values: [2] }))
    await rejectsCode(t, 'ERR_CLOSED', () => a.tell(0, 2, { status: 'completed', values: [2] }))
    await rejectsCode(t, 'ERR_CLOSED', () => a.tell(1, 1, { status: 'completed', values: [2] }), /trial 1/)
    await a.tell(0, 1, { status: 'completed', values: [1] })
    await rejectsCode(t, 'ERR_CLOSED', () => a.tell(0, 1, { status: 'failed' }), /"study".*trial 0/)
    a.report(0, 1, 1, 1)
    a.note(0, 1, 'late')
    a.attribute(0, 1, 'late', '1')
    b.report(0, 1, 1, 1)
    await a.flush()
    t.is(kinds(await everything(b)), 'ask 0, tell 0')
  })

  check('NaN is refused before anything is written', async (t, storage) => {
    const [a] = (await workers(t, storage, 1)) as [StudyLog]
    await begin(t, a, 0)
    throwsCode(t, 'ERR_DATA', () => a.report(0, 1, 0, Number.NaN), /NaN/)
    await rejectsCode(t, 'ERR_DATA', () => a.tell(0, 1, { status: 'completed', values: [1, Number.NaN] }))
    await rejectsCode(t, 'ERR_DATA', () => a.tell(0, 1, { status: 'completed', constraints: [Number.NaN] }))
    await a.tell(0, 1, { status: 'completed', values: [1] })
    t.is(kinds(await everything(a)), 'ask 0, tell 0')
  })

  check('a trial of a worker that lives is not taken', async (t, storage) => {
    const [a, b] = (await workers(t, storage, 2)) as [StudyLog, StudyLog]
    await begin(t, a, 0)
    t.deepEqual(await b.orphans(), [])
    t.false(await b.take(0, 2))
    t.false(await a.take(0, 2))
    t.false(await b.take(1, 1))
    t.is(kinds(await everything(b)), 'ask 0')
  })

  check('a trial whose worker closed is taken once', async (t, storage) => {
    const [a, b, c] = (await workers(t, storage, 3)) as [StudyLog, StudyLog, StudyLog]
    await begin(t, a, 0, 1, 2)
    await a.tell(1, 1, { status: 'pruned' })
    a.report(2, 1, 1, 0.5)
    await a.close()
    t.deepEqual(await b.orphans(), [0, 2])
    t.false(await b.take(0, 1))
    t.false(await b.take(0, 3))
    t.false(await b.take(1, 2))
    t.deepEqual((await Promise.all([b.take(0, 2), c.take(0, 2)])).sort(), [false, true])
    t.true(await b.take(2, 2))
    t.deepEqual(await c.orphans(), [])
    b.report(2, 1, 2, 0.25)
    b.report(2, 2, 2, 0.125)
    await rejectsCode(t, 'ERR_CLOSED', () => b.tell(2, 1, { status: 'completed', values: [1] }))
    await b.tell(2, 2, { status: 'completed', values: [1] })
    const events = await everything(c)
    t.deepEqual(reports(events), [
      [2, 1, 0.5],
      [2, 2, 0.125],
    ])
    const attempts = events.filter((event) => event.kind === 'attempt' && event.trial === 2)
    t.like(attempts, [{ trial: 2, attempt: 2, worker: b.worker }])
    t.is((attempts as unknown[]).length, 1)
  })

  check('a released trial is free, and its old attempt writes nothing', async (t, storage) => {
    const [a, b] = (await workers(t, storage, 2)) as [StudyLog, StudyLog]
    await begin(t, a, 0, 1)
    b.release(0, 1)
    a.release(0, 2)
    a.release(7, 1)
    await Promise.all([a.flush(), b.flush()])
    t.deepEqual(await b.orphans(), [])
    a.release(0, 1)
    a.note(0, 1, 'late')
    await rejectsCode(t, 'ERR_CLOSED', () => a.tell(0, 1, { status: 'pruned' }))
    t.deepEqual(await b.orphans(), [0])
    t.true(await a.take(0, 2))
    a.release(0, 1)
    await a.flush()
    t.deepEqual(await b.orphans(), [])
    await a.tell(0, 2, { status: 'pruned' })
    a.release(0, 2)
    await a.flush()
    t.deepEqual(await b.orphans(), [])
    t.is(kinds(await everything(b)), 'ask 0, ask 1, attempt 0, tell 0')
  })

  check('parameters are bound to the lowest number that is free', async (t, storage) => {
    const [a, b] = (await workers(t, storage, 2)) as [StudyLog, StudyLog]
    t.is(await a.enqueue('"first"'), 0)
    t.false(await b.ask(0, '"other"'))
    t.true(await b.ask(0, '"first"'))
    t.true(await b.ask(1, '"free"'))
    const bound = await Promise.all([a.enqueue('"x"'), b.enqueue('"y"'), a.enqueue('"z"')])
    t.deepEqual([...bound].sort(), [2, 3, 4])
    t.true((bound[0] as number) < (bound[2] as number))
    const texts = new Map<number, string>()
    for (const event of await everything(a)) if (event.kind === 'enqueue') texts.set(event.trial, event.params)
    for (const trial of [2, 3, 4]) {
      t.false(await a.ask(trial, '"free"'))
      t.true(await a.ask(trial, texts.get(trial) as string))
    }
    t.true(await a.ask(5, '"free"'))
    t.is(await b.enqueue('"last"'), 6)
  })

  check('a definition is replaced', async (t, storage) => {
    const [a, b] = (await workers(t, storage, 2)) as [StudyLog, StudyLog]
    await a.define('"second"')
    await b.define('"third"')
    t.is(kinds(await everything(a)), 'definition, definition')
    const connection = connectionOf(storage)
    t.is((await connection.open('study')).definition, '"third"')
    await connection.close()
  })

  check('changed waits for events of others, and no longer than it is told', async (t, storage) => {
    const [a, b] = (await workers(t, storage, 2)) as [StudyLog, StudyLog]
    const start = performance.now()
    t.false(await a.changed(0, 60))
    t.true(performance.now() - start >= 55)
    t.false(await a.changed(0, 0))
    const waiting = a.changed(0, 30_000)
    const own = b.changed(0, 30_000)
    await begin(t, b, 0)
    t.true(await waiting)
    t.true(await own)
    t.true(await a.changed(0, 30_000))
    const later = [a.changed(1, 30_000), a.changed(1, 20_000), b.changed(1, 30_000)]
    b.report(0, 1, 0, 0)
    t.deepEqual(await Promise.all(later), [true, true, true])
    t.true(performance.now() - start < 10_000)
  })

  check('changed sees a trial that became free', async (t, storage) => {
    const [a, b, c] = (await workers(t, storage, 3)) as [StudyLog, StudyLog, StudyLog]
    await begin(t, b, 0)
    await begin(t, c, 1)
    const released = a.changed(2, 30_000)
    b.release(0, 1)
    t.true(await released)
    t.true(await a.take(0, 2))
    const gone = a.changed(3, 30_000)
    await c.close()
    t.true(await gone)
    t.deepEqual(await a.orphans(), [1])
  })

  check('studies of one storage do not mix', async (t, storage) => {
    const connection = connectionOf(storage)
    const { log: a } = await connection.create('a', definition)
    const { log: b } = await connection.create('b', '"b"')
    t.true(await a.ask(0, '"a"'))
    t.false(await b.ask(1, '"b"'))
    t.true(await b.ask(0, '"b"'))
    await a.define('"new"')
    a.note(0, 1, 'of a')
    await b.tell(0, 1, { status: 'pruned' })
    await connection.close()
    const other = connectionOf(storage)
    t.is(kinds(await everything(await other.open('a'))), 'ask 0, definition, note 0')
    const again = await other.open('b')
    t.is(kinds(await everything(again)), 'ask 0, tell 0')
    t.is(again.definition, '"b"')
    t.deepEqual(await again.orphans(), [])
    await other.close()
  })

  check('one connection, two workers of one study', async (t, storage) => {
    const connection = connectionOf(storage)
    const { log: a } = await connection.create('study', definition)
    const b = await connection.open('study')
    t.not(a.worker, b.worker)
    await begin(t, a, 0)
    await begin(t, b, 1)
    await a.close()
    t.deepEqual(await b.orphans(), [0])
    await b.tell(1, 1, { status: 'pruned' })
    await connection.close()
  })

  check('what is closed says so', async (t, storage) => {
    const [a, b] = (await workers(t, storage, 2)) as [StudyLog, StudyLog]
    await begin(t, a, 0)
    a.report(0, 1, 1, 0.5)
    const pending = a.changed(100, 30_000)
    const told = a.tell(0, 1, { status: 'completed', values: [1] })
    await Promise.all([a.close(), a.close()])
    await a.close()
    t.false(await pending)
    await told
    t.is(kinds(await everything(b)), 'ask 0, report 0, tell 0')
    t.notThrows(() => a.release(0, 1))
    const calls: readonly (() => unknown)[] = [
      () => a.report(0, 1, 1, 1),
      () => a.note(0, 1, 'x'),
      () => a.attribute(0, 1, 'x', '1'),
    ]
    for (const call of calls) throwsCode(t, 'ERR_CLOSED', call, /closed/)
    const later: readonly (() => Promise<unknown>)[] = [
      () => a.read(0, 1),
      () => a.ask(1, '{}'),
      () => a.take(0, 2),
      () => a.tell(0, 1, { status: 'pruned' }),
      () => a.enqueue('{}'),
      () => a.define('{}'),
      () => a.orphans(),
      () => a.changed(0, 1),
      () => a.flush(),
    ]
    for (const call of later) await rejectsCode(t, 'ERR_CLOSED', call, /closed/)
    t.is(typeof a.worker, 'string')
    t.is(a.definition, definition)
  })

  check('a closed connection closes its logs', async (t, storage) => {
    const connection: Connection = connectionOf(storage)
    const { log } = await connection.create('study', definition)
    const other = connectionOf(storage)
    await Promise.all([connection.close(), connection.close()])
    for (const call of [() => connection.create('x', '{}'), () => connection.open('study'), () => connection.list()]) {
      await rejectsCode(t, 'ERR_CLOSED', call, /closed/)
    }
    await rejectsCode(t, 'ERR_CLOSED', () => log.ask(0, '{}'))
    t.true(await (await other.open('study')).ask(0, '{}'))
    await other.close()
    await connectionOf(storage).close()
  })

  check('everything called before close is written', async (t, storage) => {
    const connection = connectionOf(storage)
    const { log } = await connection.create('study', definition)
    const asked = log.ask(0, '{}')
    const told = log.tell(0, 1, { status: 'completed', values: [1] })
    const bound = log.enqueue('"x"')
    const next = log.ask(1, '"x"')
    log.report(1, 1, 3, 4)
    await connection.close()
    t.deepEqual([await asked, await bound, await next], [true, 1, true])
    await told
    const other = connectionOf(storage)
    const again = await other.open('study')
    t.is(kinds(await everything(again)), 'ask 0, tell 0, enqueue 1, ask 1, report 1')
    t.deepEqual(await again.orphans(), [1])
    await other.close()
  })

  check('many trials by several workers: a gapless log that all read alike', async (t, storage) => {
    const logs = await workers(t, storage, 4)
    let next = 0
    const work = async (log: StudyLog, factor: number): Promise<void> => {
      while (next < 200) {
        const trial = next
        if (!(await log.ask(trial, `${factor}`))) {
          next = Math.max(next, trial)
          await log.changed(trial * 3, 1)
          continue
        }
        next = trial + 1
        for (let step = 0; step < 3; step++) log.report(trial, 1, step, factor * trial + step)
        await log.tell(trial, 1, { status: 'completed', values: [trial * factor] })
      }
    }
    await Promise.all(logs.map((log, index) => work(log, index + 1)))
    const all = await Promise.all(logs.map((log) => everything(log, 500)))
    const [events = []] = all
    for (const other of all) t.deepEqual(other, events)
    t.true(events.every(({ sequence }, index) => sequence === index + 1))
    const asks = events.filter((event) => event.kind === 'ask')
    t.deepEqual(
      asks.map(({ trial }) => trial),
      asks.map((_, index) => index),
    )
    const factors = new Map(asks.map(({ trial, params }) => [trial, Number(params)]))
    const tells = events.filter((event) => event.kind === 'tell')
    t.is(tells.length, asks.length)
    t.true(asks.length >= 200)
    for (const { trial, values } of tells) t.deepEqual(values, [trial * (factors.get(trial) ?? Number.NaN)])
    for (const [trial, step, value] of reports(events) as [number, number, number][]) {
      t.is(value, (factors.get(trial) ?? Number.NaN) * trial + step)
    }
    t.is(reports(events).length, asks.length * 3)
  })
}
