import * as d from '../../src/index.ts'
import { dataCases } from './dataCases.ts'
import { modelCases } from './modelCases.ts'
import { plotCases } from './plotCases.ts'
import { searchCases } from './searchCases.ts'
import { studyCases } from './studyCases.ts'
import { trainCases } from './trainCases.ts'
import type { Case } from './world.ts'

/** Good calls of everything in `downslope` and `downslope/plots`. */
export const cases: readonly Case[] = [
  ...dataCases,
  ...modelCases,
  ...trainCases,
  ...searchCases,
  ...studyCases,
  ...plotCases,
  {
    of: 'DownslopeError',
    make: () => [new d.DownslopeError('ERR_DATA', 'x')],
    call: ([value]) => d.DownslopeError.is(value),
  },
]
