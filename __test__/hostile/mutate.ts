import type { Random } from './random.ts'
import { boom, hostileValues, resizable } from './values.ts'

interface Spot {
  readonly path: string
  readonly parent: object
  readonly key: PropertyKey
}

type Record_ = Record<PropertyKey, unknown>

function open(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return Array.isArray(value) || prototype === Object.prototype || prototype === null
}

/** All parts of a value that can be replaced. */
function spots(parent: object, path: string, found: Spot[] = []): Spot[] {
  const keys = Reflect.ownKeys(parent).filter((key) => !(Array.isArray(parent) && key === 'length'))
  for (const key of keys.length > 12 ? [...keys.slice(0, 3), ...keys.slice(-2)] : keys) {
    const shown = `${path}${Array.isArray(parent) ? `[${String(key)}]` : `.${String(key)}`}`
    found.push({ path: shown, parent, key })
    const value = (parent as Record_)[key]
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

/** Takes the ground from under typed arrays that the library may hold already. */
function sabotage(all: readonly Spot[], random: Random): boolean {
  const victims = all.filter(({ parent, key }) => ArrayBuffer.isView((parent as Record_)[key]))
  if (victims.length === 0) return false
  const victim = random.pick(victims)
  const array = (victim.parent as Record_)[victim.key] as Float32Array
  const buffer = resizable(Math.max(array.byteLength, 8))
  const Kind = array.constructor as Float32ArrayConstructor
  const copy = new Kind(buffer)
  copy.set(array.subarray(0, copy.length))
  ;(victim.parent as Record_)[victim.key] = copy
  const other = random.pick(all)
  if (other === victim || (other.parent === victim.parent && other.key === victim.key)) return false
  const value = (other.parent as Record_)[other.key]
  const detach = random.chance(0.5)
  Object.defineProperty(other.parent, other.key, {
    enumerable: true,
    configurable: true,
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
  const { path, key } = spot
  const parent = spot.parent as Record_
  const old = parent[key]
  const [name, make] = random.pick(hostileValues)
  const chosen = random.next()
  if (typeof old === 'function' && chosen < 0.7 && !('config' in old)) {
    const [what, value] = replaced(random, old as (...values: unknown[]) => unknown)
    parent[key] = value
    return `${path} ${what}`
  }
  if (chosen < 0.68) {
    parent[key] = make(random)
    return `${path} = ${name}`
  }
  if (chosen < 0.74 && typeof old === 'object' && old !== null) {
    parent[key] = unstable(old, random)
    return `${path} in an unstable proxy`
  }
  if (chosen < 0.8) {
    let times = random.below(3)
    const late = random.chance(0.4) ? boom : (): unknown => make(random)
    const get = (): unknown => (times-- > 0 ? old : late())
    Object.defineProperty(parent, key, { enumerable: true, configurable: true, get })
    return `${path} with a getter that becomes ${late === boom ? 'a throw' : name}`
  }
  if (chosen < 0.85) {
    delete parent[key]
    return `${path} deleted`
  }
  if (chosen < 0.89) {
    const added = random.pick<PropertyKey>(['extra', '', 'constructor', Symbol('key'), '__proto__', 'x', '0'])
    Object.defineProperty(open(old) ? old : parent, added, { value: make(random), enumerable: true, configurable: true })
    return `${path} with ${String(added)} = ${name}`
  }
  if (chosen < 0.93 && typeof old === 'object' && old !== null) {
    parent[key] = random.chance(0.5) ? { ...old } : Object.create(old)
    return `${path} copied`
  }
  if (chosen < 0.97 && sabotage(all, random)) return `${path}: typed arrays shrink while they are read`
  const other = random.pick(all)
  parent[key] = (other.parent as Record_)[other.key]
  return `${path} = ${other.path}`
}

/** Changes one or two parts of the arguments of a good call. */
export function mutate(values: unknown[], random: Random): string {
  const first = change(values, random, '')
  return random.chance(0.2) ? `${first}; ${change(values, random, '')}` : first
}
