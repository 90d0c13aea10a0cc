import { DownslopeError } from '../errors.ts'
import { frozen, guarded, refuse, show } from '../options.ts'
import { builderOf, createBuilder, makerOf, type Value } from './builder.ts'
import { type Input, isInput } from './layers/input.ts'
import { defineNetwork, type Network } from './network.ts'

/** Names of the outputs that `build` returns: none for a value alone. */
export type OutputNames<O> = O extends Value ? never : keyof O & string

/**
 * A network of any shape: `build` applies layers to the values of the inputs and returns the output, or a Record of outputs
 * by name. It is called once, here and now.
 *
 * Names of inputs are those of the data set's `inputs`. With a Record of outputs, `loss`, `metrics`, targets and predictions
 * are Records of the same keys. The same layer object applied twice shares its parameters. Layers that no output needs are
 * left out.
 *
 * @param inputs made by {@link input}, by name
 * @param build takes a value for each input
 * @throws DownslopeError `ERR_OPTION` when there are no inputs, one is not used, or `build` does not return values of this
 * network; `ERR_SHAPE` when a layer does not fit the value it is applied to
 * @example
 * ```ts
 * const network = functional({ user: input({ shape: [8] }), item: input({ shape: [4] }) }, ({ user, item }) => {
 *   const both = concatenate([dense(16, { activation: 'relu' })(user), dense(16, { activation: 'relu' })(item)])
 *   return { rating: dense(1)(both), category: dense(5)(both) }
 * })
 * ```
 */
export function functional<
  const I extends Readonly<Record<string, Input>>,
  O extends Value | Readonly<Record<string, Value>>,
>(inputs: I, build: (values: { readonly [N in keyof I]: Value }) => O): Network<OutputNames<O>> {
  return guarded('functional', 'ERR_OPTION', () => {
    const builder = createBuilder()
    const values: Record<string, Value> = Object.create(null)
    const configs: [string, Input['config']][] = []
    for (const [name, given] of readRecord(
      'inputs must be a record of inputs by name',
      inputs,
      /^[^/:]{1,100}$/,
      '/ and :',
    )) {
      if (!isInput(given)) refuse('functional', `inputs.${name} must be input({ shape })`, given)
      values[name] = builder.input(name, { shape: ['rows', ...given.shape], type: 'f32' })
      configs.push([name, given.config])
    }
    if (typeof build !== 'function') refuse('functional', 'build must be a function of the inputs', build)
    const built: unknown = build(Object.freeze(values) as { readonly [N in keyof I]: Value })
    const own = (what: string, value: unknown): Value => {
      if (builderOf(value) === builder) return value as Value
      const received = builderOf(value) === undefined ? show(value) : 'one of another network'
      throw new DownslopeError(
        'ERR_OPTION',
        `functional: ${what} must be a value of this network, received ${received}`,
      )
    }
    const single = builderOf(built) !== undefined
    const outputs: [string, Value][] = single
      ? [['output', own('the output', built)]]
      : readRecord(
          'build must return a value, or a record of values by name',
          built,
          /^[^/:.]{1,100}$/,
          '/, : and .',
        ).map(([name, value]) => [name, own(`output ${name}`, value)])
    const { graph, layers, applied } = builder.finish(Object.fromEntries(outputs))
    const makers = outputs.map(([name, value]): [string, string] => [name, makerOf(value.name)])
    const config = {
      kind: 'functional' as const,
      inputs: Object.fromEntries(configs),
      layers: applied,
      outputs: single ? (makers[0]?.[1] ?? '') : Object.fromEntries(makers),
    }
    return defineNetwork(frozen(config), graph, layers) as Network<OutputNames<O>>
  })
}

/** Entries of a record whose names can be parts of longer names. */
function readRecord(what: string, value: unknown, allowed: RegExp, forbidden: string): [string, unknown][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return refuse('functional', what, value)
  const entries: [string, unknown][] = []
  for (const name of Reflect.ownKeys(value)) {
    if (typeof name !== 'string' || !allowed.test(name)) {
      return refuse('functional', `names must be texts of 1 to 100 characters without ${forbidden}`, name)
    }
    entries.push([name, (value as Readonly<Record<string, unknown>>)[name]])
  }
  if (entries.length === 0) refuse('functional', `${what}, at least one`, value)
  return entries
}
