import { DownslopeError } from '../../errors.ts'
import { readBoolean, readInteger, readOptions, refuse, showShape } from '../../options.ts'
import { type Constraint, readConstraint } from '../../regularizer/maxNorm.ts'
import { type Regularizer, readRegularizer } from '../../regularizer/regularizer.ts'
import { type ActivationName, readActivation } from '../activations/index.ts'
import type { Operand } from '../builder.ts'
import { type Initializer, type InitializerName, readInitializer } from '../initializers.ts'
import { defineLayer, type Layer, readLayerName } from '../layer.ts'

/** Options of {@link dense}. */
export interface DenseOptions {
  /** Applied to the result; default `'linear'`. */
  readonly activation?: ActivationName
  /** Adds a bias; default `true`. */
  readonly useBias?: boolean
  /** How the kernel starts; default `'heNormal'` before relu-like activations, else `'glorotUniform'`. */
  readonly kernelInitializer?: InitializerName | Initializer
  /** How the bias starts; default `'zeros'`. */
  readonly biasInitializer?: InitializerName | Initializer
  /** Penalty on the kernel. */
  readonly kernelRegularizer?: Regularizer
  /** What is done to the kernel after each update; see {@link maxNorm}. */
  readonly kernelConstraint?: Constraint
  /** Penalty on the bias. */
  readonly biasRegularizer?: Regularizer
  /** Changed by training; default `true`. */
  readonly trainable?: boolean
  /** Name in the network; default `dense_1`, `dense_2`, … */
  readonly name?: string
}

const names = [
  'activation',
  'useBias',
  'kernelInitializer',
  'biasInitializer',
  'kernelRegularizer',
  'biasRegularizer',
  'kernelConstraint',
  'trainable',
  'name',
] as const
const LARGEST = 2 ** 24

/**
 * A fully connected layer: y = activation(x · kernel + bias), kernel `[inputs, units]`, bias `[units]`.
 *
 * `[rows, …, inputs]` becomes `[rows, …, units]`.
 *
 * @param units width of the output, an integer ≥ 1
 * @throws DownslopeError `ERR_OPTION` when `units` or an option is unknown or out of its range; `ERR_SHAPE` when the input
 * has no features
 * @example
 * ```ts
 * dense(256, { activation: 'relu', kernelRegularizer: l2(1e-4) })
 * ```
 */
export function dense(units: number, options: DenseOptions = {}): Layer {
  readInteger('dense', 'units', units, 1)
  if (units > LARGEST) refuse('dense', `units must be at most ${LARGEST}`, units)
  const read = readOptions('dense', options, names)
  const { name: activationName, activation } = readActivation('dense', read.activation)
  const useBias = readBoolean('dense', 'useBias', read.useBias, true)
  const trainable = readBoolean('dense', 'trainable', read.trainable, true)
  const start = activation.reluLike ? 'heNormal' : 'glorotUniform'
  const kernelInitializer = readInitializer('dense', 'kernelInitializer', read.kernelInitializer, start)
  const biasInitializer = readInitializer('dense', 'biasInitializer', read.biasInitializer, 'zeros')
  const kernelRegularizer = readRegularizer('dense', 'kernelRegularizer', read.kernelRegularizer)
  const kernelConstraint = readConstraint('dense', 'kernelConstraint', read.kernelConstraint)
  const biasRegularizer = readRegularizer('dense', 'biasRegularizer', read.biasRegularizer)
  const config = {
    kind: 'dense',
    units,
    activation: activationName,
    useBias,
    trainable,
    kernelInitializer,
    biasInitializer,
    ...(kernelRegularizer === undefined ? {} : { kernelRegularizer }),
    ...(biasRegularizer === undefined ? {} : { biasRegularizer }),
    ...(kernelConstraint === undefined ? {} : { kernelConstraint }),
    ...readLayerName('dense', read.name),
  }
  return defineLayer(config, (scope, value) => {
    const features = value.shape.at(-1)
    if (typeof features !== 'number') {
      const text = `${scope.name}: dense takes [rows, …, features], received ${showShape(value.shape)}`
      throw new DownslopeError('ERR_SHAPE', text)
    }
    const kernel = scope.parameter('kernel', [features, units], {
      initializer: kernelInitializer,
      ...(kernelRegularizer === undefined ? {} : { regularizer: kernelRegularizer }),
      ...(kernelConstraint === undefined ? {} : { constraint: kernelConstraint }),
      decay: true,
      trainable,
    })
    const operands: Operand[] = [value, kernel]
    if (useBias) {
      const regularizer = biasRegularizer === undefined ? {} : { regularizer: biasRegularizer }
      operands.push(
        scope.parameter('bias', [units], { initializer: biasInitializer, ...regularizer, decay: false, trainable }),
      )
    }
    const product = scope.node('', 'linear', operands)
    return activation.op === undefined ? product : scope.node(activationName, activation.op, [product])
  })
}
