/** What a map leaves alone: source fields no rule reads, canonical fields no rule sets. Nothing is dropped in silence. */
import { z } from 'zod'
import type { AnyRule } from './rules.ts'

export type Coverage = { unread: string[]; unset: string[] }

/** Paths with `*` for list positions, so that a sample with ten lines names each field once. */
export function coverage(map: { rules: AnyRule[] }, sample: unknown, target: z.ZodType): Coverage {
  const reads: string[] = []
  const writes: string[] = []
  collect(map.rules, '', '', reads, writes)
  return {
    unread: [...leafPaths(sample)].filter((path) => !covered(path, reads)),
    unset: schemaPaths(target).filter((path) => !covered(path, writes)),
  }
}

function collect(rules: AnyRule[], source: string, target: string, reads: string[], writes: string[]): void {
  const read = (path: string): number => reads.push(join(source, path))
  const write = (path: string): number => writes.push(join(target, path))
  for (const rule of rules) {
    if (rule.kind === 'field') {
      read(rule.source)
      write(rule.target)
    } else if (rule.kind === 'constant') (rule.side === 'source' ? read : write)(rule.path)
    else if (rule.kind === 'carry') rule.sources.forEach(read)
    else if (rule.kind === 'derive') {
      rule.reads.forEach(read)
      rule.writes.forEach(write)
    } else if (rule.kind === 'when') {
      read(rule.source.path)
      collect(rule.rules, source, target, reads, writes)
    } else if (rule.kind === 'pick') collectPick(rule, source, target, reads, writes)
    else {
      const star = rule.kind === 'each' ? '.*' : ''
      const [from, to] = [join(source, rule.source) + star, join(target, rule.target) + star]
      if (rule.kind === 'each' && rule.options.where !== undefined) reads.push(join(from, rule.options.where.path))
      collect(rule.rules, from, to, reads, writes)
    }
  }
}

function collectPick(
  rule: Extract<AnyRule, { kind: 'pick' }>,
  source: string,
  target: string,
  reads: string[],
  writes: string[],
): void {
  const from = `${join(source, rule.source)}.*`
  for (const field of Object.keys(rule.where)) reads.push(join(from, field))
  collect(rule.rules, from, target, reads, writes)
}

const join = (base: string, path: string): string =>
  (base === '' ? path : `${base}.${path}`).replace(/\.(?:0|[1-9]\d*)(?=\.|$)/g, '.*')

/** A rule that reads a whole object or list reads what lies in it. */
const covered = (path: string, paths: string[]): boolean =>
  paths.some((known) => path === known || path.startsWith(`${known}.`))

function leafPaths(value: unknown, at = '', found = new Set<string>()): Set<string> {
  if (Array.isArray(value)) for (const element of value) leafPaths(element, join(at, '*'), found)
  else if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) leafPaths(inner, at === '' ? key : `${at}.${key}`, found)
  } else if (value !== null && value !== '') found.add(at)
  return found
}

function schemaPaths(schema: z.ZodType, at = ''): string[] {
  const inner = bare(schema)
  if (inner instanceof z.ZodArray) return schemaPaths(inner.element as z.ZodType, at === '' ? '*' : `${at}.*`)
  if (!(inner instanceof z.ZodObject)) return [at]
  return Object.entries(inner.shape).flatMap(([key, field]) =>
    schemaPaths(field as z.ZodType, at === '' ? key : `${at}.${key}`),
  )
}

function bare(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) return bare(schema.unwrap() as z.ZodType)
  return schema
}
