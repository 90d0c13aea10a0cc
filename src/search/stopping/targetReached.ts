import { ranges, readNumber } from '../../options.ts'
import { isBetter } from '../history.ts'
import { defineStopping, type Stopping } from './stopping.ts'

/**
 * Ends the search when a completed trial within the constraints is at least as good as a value.
 *
 * @param value what is good enough, a finite number
 * @throws DownslopeError `ERR_OPTION` when it is not a finite number
 * @example
 * ```ts
 * await study.optimize(objective, { trials: 500, stopping: targetReached(0.99) })
 * ```
 */
export function targetReached(value: number): Stopping {
  const target = readNumber('targetReached', 'value', value, ranges.finite)
  return defineStopping(
    { kind: 'targetReached', value: target },
    {
      stop({ history, direction }) {
        const best = history.incumbent()?.values[0]
        return best !== undefined && !isBetter(target, best, direction)
      },
    },
  )
}
