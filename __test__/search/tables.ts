import * as tables from '../../examples/data/load.mjs'
import { type Dataset, dataset } from '../../src/index.ts'

/** 150 irises of three species. */
export function iris(): Dataset<string> {
  const { inputs, labels } = tables.iris()
  return dataset({ inputs, labels })
}

/** 1,797 handwritten digits. */
export function digits(): Dataset<number> {
  const { inputs, labels } = tables.digits()
  return dataset({ inputs, labels })
}
