import { DownslopeError } from '../../errors.ts'
import { guarded, readInteger, readName, readOptions, readSeed, refuse } from '../../options.ts'
import { memory } from '../../storage/index.ts'
import { connectionOf } from '../../storage/plan.ts'
import type { Connection, Storage, StudyLog } from '../../storage/storage.ts'
import type { Direction } from '../history.ts'
import type { Json } from '../json.ts'
import { type Pruner, prunerFrom, readPruner } from '../pruners/index.ts'
import { readSampler, type Sampler, samplerFrom, tpe } from '../samplers/index.ts'
import { type SearchSpace, spacePlan } from '../space/searchSpace.ts'
import { type Constraints, Core } from './core.ts'
import { type Definition, definitionText, matchDefinition, parseDefinition, VERSION } from './definition.ts'
import { Study } from './study.ts'
import type { Trial } from './trial.ts'

/** What a study's numbers depend on. */
export interface StudySettings<P = Readonly<Record<string, unknown>>> {
  /** What is searched. */
  readonly space: SearchSpace<P>
  /** Whether less or more is better. */
  readonly direction?: Direction
  /** For objectives that give several values: what is better for each; instead of `direction`. */
  readonly directions?: readonly Direction[]
  /** How parameters are chosen; default `tpe()`. */
  readonly sampler?: Sampler
  /** When trials are stopped early; default `noPruner()`; with several directions there is no other. */
  readonly pruner?: Pruner
  /** Where all random numbers come from, an integer in [0, 2^53); default 0. */
  readonly seed?: number
  /**
   * Trial n is suggested from the values of trials 0 … n − lag and the parameters of all before it, an integer ≥ 1; default 8.
   * More than `lag` workers wait; 1 is strictly sequential.
   */
  readonly lag?: number
  /** `'asynchronous'` suggests from whatever is finished: no waiting, and other numbers with each run; default `'repeatable'`. */
  readonly mode?: 'repeatable' | 'asynchronous'
  /** Numbers that have to be at most 0 for a trial to be feasible, asked for when it is completed or pruned; default: none. */
  readonly constraints?: (params: P, trial: Trial<P>) => readonly number[]
}

/** Options of {@link createStudy}. */
export interface StudyOptions<P = Readonly<Record<string, unknown>>> extends StudySettings<P> {
  /** Where it is kept; default `memory()`, a new one. */
  readonly storage?: Storage
  /** Its name in the storage; default: `study-1`, `study-2` …, the first that is free. */
  readonly name?: string
  /** What to do when there is a study of this name: `'fail'` (default), or `'open'` it, which must have been created alike. */
  readonly ifExists?: 'fail' | 'open'
}

/** Options of {@link openStudy}. */
export interface OpenStudyOptions<P = Readonly<Record<string, unknown>>> extends Partial<StudySettings<P>> {
  readonly storage: Storage
  readonly name: string
}

const settings = [
  'space',
  'direction',
  'directions',
  'sampler',
  'pruner',
  'seed',
  'lag',
  'mode',
  'constraints',
] as const

/**
 * Creates a study.
 *
 * @throws DownslopeError (as a rejection) `ERR_OPTION` for options that are unknown or out of their range; `ERR_STORAGE` when there
 * is a study of this name (unless `ifExists: 'open'`), it was created in another way (the message says in what), or the storage
 * cannot be used
 * @example
 * ```ts
 * const space = searchSpace({ x: float(-10, 10) })
 * await using study = await createStudy({ space, direction: 'minimize', seed: 1 })
 * const { best } = await study.optimize(({ x }) => (x - 2) ** 2, { trials: 50 })
 * ```
 */
export async function createStudy<P>(options: StudyOptions<P>): Promise<Study<P>> {
  const plan = guarded('createStudy', 'ERR_OPTION', () => {
    const read = readOptions('createStudy', options, [...settings, 'storage', 'name', 'ifExists'])
    const { storage, name, ifExists, ...rest } = read
    const open = ifExists !== undefined && readName('createStudy', 'ifExists', ifExists, ['fail', 'open']) === 'open'
    const given = readSettings('createStudy', rest)
    if (given.part.space === undefined) spacePlan('createStudy', undefined)
    if (given.part.directions === undefined) refuse('createStudy', 'direction must be minimize or maximize', undefined)
    const named = name === undefined ? undefined : readStudyName('createStudy', name)
    return { connection: connectionOf(storage ?? memory(), 'createStudy'), name: named, open, given }
  })
  return (await begin('createStudy', plan)) as Study<P>
}

/**
 * Opens a study that is there. What is given besides its name must be as it was created, except that the space may be wider:
 * ranges that hold the old ones, further values and branches. That is recorded, and later trials use it.
 *
 * @throws DownslopeError (as a rejection) `ERR_STORAGE` when there is none of this name, or it was created in another way (the message
 * says in what); `ERR_OPTION` for options that are unknown or out of their range, or when its constraints are not given
 * @example
 * ```ts
 * const study = await openStudy({ storage, name: 'digits', space })
 * ```
 */
export async function openStudy<P = Readonly<Record<string, unknown>>>(
  options: OpenStudyOptions<P>,
): Promise<Study<P>> {
  const { connection, name, given } = guarded('openStudy', 'ERR_OPTION', () => {
    const { storage, name, ...rest } = readOptions('openStudy', options, [...settings, 'storage', 'name'])
    const given = readSettings('openStudy', rest)
    return { connection: connectionOf(storage, 'openStudy'), name: readStudyName('openStudy', name), given }
  })
  return (await closing(connection, async () =>
    match('openStudy', connection, await connection.open(name), given),
  )) as Study<P>
}

/** What `tune` creates its study with. */
export interface BeginPlan {
  readonly connection: Connection
  readonly name: string | undefined
  readonly open: boolean
  readonly given: Given
  /** What else the numbers depend on. */
  readonly extra?: Json
}

/** Creates a study, or opens it where that is wanted. */
export async function begin(where: string, { connection, name, open, given, extra }: BeginPlan): Promise<Study> {
  return closing(connection, async () => {
    const definition: Definition = {
      ...defaults,
      ...given.part,
      ...(extra === undefined ? {} : { extra }),
    } as Definition
    await checkSampler(where, definition, given.space as SearchSpace)
    const { log, created } = await create(connection, name, definitionText(definition))
    if (!created && !open) {
      await log.close()
      const text = `${where}: there is a study named '${log.name}' already; ifExists: 'open' goes on with it`
      throw new DownslopeError('ERR_STORAGE', text)
    }
    const part = created ? {} : definition
    return match(where, connection, log, { ...given, part })
  })
}

async function create(
  connection: Connection,
  name: string | undefined,
  definition: string,
): Promise<{ readonly log: StudyLog; readonly created: boolean }> {
  if (name !== undefined) return connection.create(name, definition)
  for (let number = (await connection.list()).length + 1; ; number++) {
    const made = await connection.create(`study-${number}`, definition)
    if (made.created) return made
    await made.log.close()
  }
}

const defaults = {
  version: 1,
  downslope: VERSION,
  sampler: tpe().config,
  pruner: { kind: 'noPruner' },
  seed: 0,
  lag: 8,
  mode: 'repeatable',
} as const

/** What was given of a study's settings. */
export interface Given {
  readonly part: Partial<Definition>
  readonly space: SearchSpace | undefined
  readonly constraints: Constraints | undefined
}

/** Reads a study's settings; none of them is needed here. */
export function readSettings(where: string, read: { readonly [K in (typeof settings)[number]]: unknown }): Given {
  const part: { -readonly [K in keyof Definition]?: Definition[K] } = {}
  if (read.space !== undefined) {
    spacePlan(where, read.space)
    part.space = (read.space as SearchSpace).config
  }
  if (read.directions !== undefined || read.direction !== undefined) part.directions = readDirections(where, read)
  if (read.sampler !== undefined) part.sampler = readSampler(where, read.sampler).sampler.config
  const pruner = read.pruner === undefined ? undefined : readPruner(where, read.pruner)
  if (pruner !== undefined) part.pruner = pruner.pruner.config
  if (read.seed !== undefined) part.seed = readSeed(where, read.seed)
  if (read.lag !== undefined) part.lag = readInteger(where, 'lag', read.lag, 1)
  if (read.mode !== undefined) part.mode = readName(where, 'mode', read.mode, ['repeatable', 'asynchronous'])
  if (read.constraints !== undefined) {
    if (typeof read.constraints !== 'function') refuse(where, 'constraints must be a function', read.constraints)
    part.constraints = true
  }
  const several = (part.directions?.length ?? 1) > 1
  if (several && pruner !== undefined && pruner.plan.series !== 'none') {
    refuse(where, 'pruner must be left out with several directions', read.pruner)
  }
  return {
    part,
    space: read.space as SearchSpace | undefined,
    constraints: read.constraints as Constraints | undefined,
  }
}

function readDirections(
  where: string,
  read: { readonly direction: unknown; readonly directions: unknown },
): Direction[] {
  const one = (value: unknown): Direction => readName(where, 'direction', value, ['minimize', 'maximize'])
  if (read.directions === undefined) return [one(read.direction)]
  if (read.direction !== undefined)
    refuse(where, 'direction must be left out when directions are given', read.direction)
  if (!Array.isArray(read.directions) || read.directions.length === 0) {
    refuse(where, 'directions must be an array of at least one', read.directions)
  }
  // holes are refused as what they are read as
  return Array.from(read.directions as unknown[], one)
}

/** Reads the name of a study. */
export function readStudyName(where: string, name: unknown): string {
  if (typeof name !== 'string' || name.length === 0) refuse(where, 'name must be a string that is not empty', name)
  return name
}

/** A study on a log that is open, once what was given is what it is. */
async function match(where: string, connection: Connection, log: StudyLog, given: Given): Promise<Study> {
  const definition = parseDefinition(where, log.name, log.definition)
  const wider = matchDefinition(where, log.name, definition, given.part)
  if (definition.constraints && given.constraints === undefined) {
    refuse(where, `constraints must be given, as the study '${log.name}' has them`, undefined)
  }
  const core = new Core({
    connection,
    log,
    definition,
    space: given.space,
    sampler: samplerFrom(where, definition.sampler),
    pruner: prunerFrom(definition.pruner),
    constraints: given.constraints,
  })
  await core.follower.refresh()
  if (wider) {
    const space = given.space as SearchSpace
    await checkSampler(where, definition, space)
    await core.widen(space, definitionText({ ...core.definition, space: space.config }))
  }
  return new Study(core)
}

/** Rejects when the sampler's options do not fit to the space. */
async function checkSampler(where: string, definition: Definition, given: SearchSpace): Promise<void> {
  const { directions, seed, sampler } = definition
  const { flat: space, encode } = spacePlan(where, given)
  await readSampler(where, samplerFrom(where, sampler)).plan.check?.({ space, encode, directions, seed })
}

/** Closes the connection when work on it fails. */
async function closing<T>(connection: Connection, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    await connection.close().catch(() => {})
    throw error
  }
}
