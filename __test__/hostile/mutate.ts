import { types } from 'node:util'
import type { Random } from './random.ts'
import { boom, hostileValues, resizable } from './values.ts'

interface Spot {
  readonly path: string
  readonly parent: object
  readonly key: PropertyKey
}

/** What lies there, without running a getter that an earlier change has put there. */
const read = ({ parent, key }: Spot): unknown => Object.getOwnPropertyDescriptor(parent, key)?.value

/** Puts something there; what cannot be changed stays. */
function put({ parent, key }: Spot, descriptor: { value: unknown } | { get: () => unknown }): void {
  const writable = 'value' in descriptor ? { writable: true } : {}
  Reflect.defineProperty(parent, key, { ...descriptor, ...writable, enumerable: true, configurable: true })
}

function open(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || types.isProxy(value) || Object.isFrozen(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return Array.isArray(value) || prototype === Object.prototype || prototype === null
}

/** All parts of a value that can be replaced. */
function spots(parent: object, path: string, found: Spot[] = []): Spot[] {
  const keys = Reflect.ownKeys(parent).filter((key) => !(Array.isArray(parent) && key === 'length'))
  for (const key of keys.length > 12 ? [...keys.slice(0, 3), ...keys.slice(-2)] : keys) {
    const shown = `${path}${Array.isArray(parent) ? `[${String(key)}]` : `.${String(key)}`}`
    const spot = { path: shown, parent, key }
    found.push(spot)
    const value = read(spot)
    if (open(value) && found.length < 300) spots(value, shown, found)
  }
  return found
}

/** A function in the place of another one. */
function replaced(random: Random, call: (...values: unknown[]) => unknown): [string, unknown] {
  const [name, make] = random.pick(hostileValues)
  switch (random.below(5)) {
    case 0:
      return ['throws', boom]
    case 1:
      return [`gives ${name}`, () => make(random)]
    case 2: {
      let times = 1 + random.below(3)
      return ['throws after a while', (...values: unknown[]) => (times-- > 0 ? call(...values) : boom())]
    }
    case 3:
      return ['gives a promise', async (...values: unknown[]) => call(...values)]
    default:
      return [
        'gives something changed',
        (...values: unknown[]) => {
          const list = [call(...values)]
          if (open(list[0])) change(list[0], random, '', list)
          else list[0] = make(random)
          return list[0]
        },
      ]
  }
}

/** A proxy that behaves for some time. */
function unstable(target: object, random: Random): object {
  let times = random.below(12)
  const late = random.chance(0.5) ? boom : (): unknown => random.pick(hostileValues)[1](random)
  const tick = <T>(good: () => T): T => (times-- > 0 ? good() : (late() as T))
  return new Proxy(target, {
    get: (value, key) => tick(() => Reflect.get(value, key)),
    has: (value, key) => (times-- > 0 ? Reflect.has(value, key) : boom()),
    ownKeys: (value) => (times-- > 0 ? Reflect.ownKeys(value) : boom()),
  })
}

/** The prototype of what is no proxy. */
const prototypeOf = (value: unknown): unknown =>
  types.isProxy(value) ? undefined : Object.getPrototypeOf(Object(value))

/** Takes the ground from under typed arrays that the library may hold already. */
function sabotage(all: readonly Spot[], random: Random): boolean {
  const kinds = [Uint8Array, Int16Array, Int32Array, Uint16Array, Float32Array, Float64Array]
  const victims = all.filter((spot) => kinds.some((Kind) => prototypeOf(read(spot)) === Kind.prototype))
  if (victims.length === 0) return false
  const victim = random.pick(victims)
  const array = read(victim) as Float32Array
  if (Object.hasOwn(array, 'length') || array.byteLength === 0) return false
  const buffer = resizable(array.byteLength)
  const copy = new (array.constructor as Float32ArrayConstructor)(buffer)
  copy.set(array)
  put(victim, { value: copy })
  const others = all.filter((spot) => spot.parent !== all[0]?.parent && spot !== victim)
  if (others.length === 0) return false
  const other = random.pick(others)
  const value = read(other)
  const detach = random.chance(0.5)
  put(other, {
    get() {
      if (buffer.byteLength > 0) {
        if (detach) structuredClone(buffer, { transfer: [buffer] })
        else buffer.resize(0)
      }
      return value
    },
  })
  return true
}

/** Changes one part of a value; what was done, in words. */
function change(root: object, random: Random, prefix: string, holder?: unknown[]): string {
  const all = spots(root, prefix)
  if (all.length === 0 || (holder && random.chance(0.2))) {
    const [name, make] = random.pick(hostileValues)
    if (holder) holder[0] = make(random)
    else if (Array.isArray(root)) root.push(make(random))
    return `${prefix} becomes ${name}`
  }
  // first choose how deep, so that long arrays do not get all the attention
  const depths = [...new Set(all.map(({ path }) => path.split(/[.[]/).length))]
  const depth = random.pick(depths)
  const spot = random.pick(all.filter(({ path }) => path.split(/[.[]/).length === depth))
  const { path, parent, key } = spot
  const old = read(spot)
  const [name, make] = random.pick(hostileValues)
  const chosen = random.next()
  if (typeof old === 'function' && chosen < 0.7 && !types.isProxy(old) && !('config' in old)) {
    const [what, value] = replaced(random, old as (...values: unknown[]) => unknown)
    put(spot, { value })
    return `${path} ${what}`
  }
  if (chosen < 0.74 && chosen > 0.68 && typeof old === 'object' && old !== null) {
    put(spot, { value: unstable(old, random) })
    return `${path} in an unstable proxy`
  }
  // arguments themselves have no getters
  if (chosen < 0.8 && chosen > 0.74 && parent !== root) {
    let times = random.below(3)
    const late = random.chance(0.4) ? boom : (): unknown => make(random)
    put(spot, { get: () => (times-- > 0 ? old : late()) })
    return `${path} with a getter that becomes ${late === boom ? 'a throw' : name}`
  }
  if (chosen < 0.85 && chosen > 0.8) {
    Reflect.deleteProperty(parent, key)
    return `${path} deleted`
  }
  if (chosen < 0.89 && chosen > 0.85 && (open(old) || parent !== root)) {
    const added = random.pick<PropertyKey>(['extra', '', 'constructor', Symbol('key'), '__proto__', 'x', '0'])
    put({ path, parent: open(old) ? old : parent, key: added }, { value: make(random) })
    return `${path} with ${String(added)} = ${name}`
  }
  if (chosen < 0.93 && chosen > 0.89 && typeof old === 'object' && old !== null) {
    const spread = random.chance(0.5) && !types.isProxy(old) && Object.isFrozen(old)
    put(spot, { value: spread ? { ...old } : Object.create(old) })
    return `${path} copied`
  }
  if (chosen < 0.97 && chosen > 0.93 && sabotage(all, random)) return `${path}: typed arrays shrink while they are read`
  if (chosen > 0.97) {
    const other = random.pick(all)
    put(spot, { value: read(other) })
    return `${path} = ${other.path}`
  }
  put(spot, { value: make(random) })
  return `${path} = ${name}`
}

/** Changes one or two parts of the arguments of a good call. */
export function mutate(values: unknown[], random: Random): string {
  const first = change(values, random, '')
  return random.chance(0.2) ? `${first}; ${change(values, random, '')}` : first
}
