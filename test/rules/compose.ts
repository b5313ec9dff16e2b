/** docker-compose.yml, read the way Compose reads it (anchors merged), as far as our tests ask. */
import { parse } from 'yaml'
import { z } from 'zod'
import { readText } from './files.ts'

const Service = z.object({
  image: z.string().optional(),
  build: z.object({ context: z.string() }).optional(),
  command: z.array(z.string()).optional(),
  user: z.string().optional(),
  restart: z.string(),
  environment: z.record(z.string(), z.string()).default({}),
  secrets: z.array(z.string()).default([]),
  configs: z.array(z.object({ source: z.string(), target: z.string() })).default([]),
  volumes: z.array(z.string()).default([]),
  networks: z.array(z.string()).min(1),
  ports: z.array(z.string()).default([]),
  cap_drop: z.array(z.string()).default([]),
  security_opt: z.array(z.string()).default([]),
  stop_grace_period: z.string(),
  healthcheck: z.object({ test: z.array(z.string()).min(2) }),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
  deploy: z.object({ replicas: z.int() }).optional(),
})
export type Service = z.infer<typeof Service>

const FromFile = z.record(z.string(), z.object({ file: z.string() }))

const Compose = z.object({
  services: z.record(z.string(), Service),
  networks: z.record(z.string(), z.unknown()),
  volumes: z.record(z.string(), z.unknown()),
  secrets: FromFile,
  configs: FromFile,
})
export type Compose = z.infer<typeof Compose>

export const readCompose = (): Compose => Compose.parse(parse(readText('docker-compose.yml'), { merge: true }))

/** `RUN`, `COPY` … of a Dockerfile with their arguments, continued lines joined. */
export function dockerfile(path: string): { instruction: string; rest: string }[] {
  return readText(path)
    .replace(/^\s*#.*\n/gm, '')
    .replace(/\\\n\s*/g, '')
    .split('\n')
    .flatMap((line) => {
      const match = /^([A-Z]+)\s+(.*)$/.exec(line)
      return match === null ? [] : [{ instruction: match[1] ?? '', rest: match[2] ?? '' }]
    })
}
