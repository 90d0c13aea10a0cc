import type { Columns } from './load.mjs'

/** Images as rows of bytes, with the class of each. */
export interface Images {
  readonly inputs: Columns<Uint8Array>
  readonly labels: Uint8Array
}

/** Reads the IDX format of unsigned bytes; throws where header and length do not agree. */
export declare function parseIdx(bytes: Buffer): Columns<Uint8Array>

/** Train and test part; `undefined` where `DOWNSLOPE_DATA` is unset or lacks the set. */
export declare function images(set: 'fashion-mnist' | 'mnist'): { train: Images; test: Images } | undefined
