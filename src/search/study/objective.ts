import { guarded, refuse } from '../../options.ts'
import type { Core } from './core.ts'
import type { Told, Trial, TrialHandle } from './trial.ts'

/** What an objective gives: what a trial can be told, or that it failed for a reason of its own. */
export type ObjectiveResult = Told | { readonly status: 'failed'; readonly reason: string }

/** What is searched for the best of. */
export type Objective<P> = (params: P, trial: Trial<P>) => ObjectiveResult | PromiseLike<ObjectiveResult>

/** Reads the objective. */
export function readObjective(where: string, value: unknown): Objective<never> {
  if (typeof value !== 'function') refuse(where, 'objective must be a function', value)
  return value as Objective<never>
}

/** How a trial of a run ended. */
export type Ended =
  | { readonly kind: 'told'; readonly safe: Promise<void>; readonly error?: { readonly error: unknown } }
  | { readonly kind: 'released' }

/** Runs an objective on a trial; `handle` is known from the start, so that the run can end it. */
export async function runObjective(
  core: Core,
  handle: TrialHandle,
  objective: Objective<never>,
  timeout: number | undefined,
): Promise<Ended> {
  const outcome = await limited(handle, timeout, async () =>
    objective(handle.params as never, handle.view as Trial<never>),
  )
  if (!handle.current) return { kind: 'released' }
  if ('timeout' in outcome) return { kind: 'told', safe: handle.end('study.optimize', 'failed', { reason: 'timeout' }) }
  if ('error' in outcome) {
    // what was interrupted is not what failed
    if (handle.aborted) {
      handle.release()
      return { kind: 'released' }
    }
    return failed(handle, outcome.error)
  }
  try {
    const { told, reason } = guarded('objective', 'ERR_OPTION', () => readResult(outcome.result))
    return { kind: 'told', safe: handle.end('objective', told, reason === undefined ? {} : { reason }) }
  } catch (error) {
    if (!handle.current) throw error
    core.check('study.optimize')
    return failed(handle, error)
  }
}

function failed(handle: TrialHandle, error: unknown): Ended {
  const safe = handle.end('study.optimize', 'failed', { reason: messageOf(error), error })
  return { kind: 'told', safe, error: { error } }
}

function readResult(result: unknown): { readonly told: unknown; readonly reason?: string } {
  if (typeof result !== 'object' || result === null || Array.isArray(result)) return { told: result }
  const { status, reason } = result as { status?: unknown; reason?: unknown }
  if (status !== 'failed' || typeof reason !== 'string') {
    refuse('objective', "an object as result must be { status: 'failed', reason }", result)
  }
  return { told: 'failed', reason }
}

type Outcome = { readonly result: unknown } | { readonly error: unknown } | { readonly timeout: true }

/** The work, or what became of it in the time it had. */
async function limited(
  handle: TrialHandle,
  timeout: number | undefined,
  work: () => Promise<unknown>,
): Promise<Outcome> {
  const done = work().then(
    (result): Outcome => ({ result }),
    (error: unknown): Outcome => ({ error }),
  )
  if (timeout === undefined) return done
  let timer: NodeJS.Timeout | undefined
  const over = new Promise<Outcome>((resolve) => {
    timer = setTimeout(() => {
      resolve({ timeout: true })
      handle.abort(new DOMException('the trial had its time', 'TimeoutError'))
    }, timeout)
  })
  try {
    return await Promise.race([done, over])
  } finally {
    clearTimeout(timer)
  }
}

/** What is kept of an error. */
function messageOf(error: unknown): string {
  try {
    const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
    return text.slice(0, 1000)
  } catch {
    return 'an error that cannot be shown'
  }
}
