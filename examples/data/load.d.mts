/** Numbers in row-major order with their shape: what `dataset()` takes as inputs. */
export interface Columns<Data extends Float32Array | Uint8Array = Float32Array> {
  readonly data: Data
  readonly shape: number[]
}

/** Features and the name of each row's class. */
export interface Classified {
  readonly inputs: Columns
  readonly labels: string[]
  readonly classes: string[]
}

/** 1,797 handwritten digits of 8 × 8 pixels, bytes from 0 to 16. */
export declare function digits(): { inputs: Columns<Uint8Array>; labels: Uint8Array }
/** 150 irises of three species: length and width of sepal and petal in centimetres. */
export declare function iris(): Classified
/** 178 wines of three cultivars: 13 numbers from a chemical analysis. */
export declare function wine(): Classified
/** 569 tumours, malignant or benign: 30 measures of cell nuclei. */
export declare function breastCancer(): Classified
/** 442 patients: ten measures at the start, and how far the disease went on within a year. */
export declare function diabetes(): { inputs: Columns; targets: Columns }
